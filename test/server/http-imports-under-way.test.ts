/** Imports that take their time: told of, stopped, waited for, interrupted; and large ones. */
import { Readable } from 'node:stream'
import { type DocumentResource, type ImportResource, limits } from '@weft/protocol'
import { anonymous } from '@weft/server/access'
import { freshId } from '@weft/server/fresh-id'
import { createImports } from '@weft/server/import/imports'
import { openLog } from '@weft/server/log'
import { openMemory } from '@weft/server/storage/memory'
import type { Storage } from '@weft/server/storage/storage'
import { StorageFailure } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  countDocuments,
  creating,
  endsWhenCreated,
  gated,
  imported,
  many,
  postImport,
} from '../support/imports.ts'
import { watchLoop } from '../support/loop-delay.ts'
import { seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { type Answer, type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

/** Imports without a server, in time that passes only when a test says so. */
function alone() {
  const timers = new VirtualTimers()
  const real = openMemory()
  const gate = gated()
  const saves = { received: 0, begun: 0, before: Promise.resolve() }
  const storage: Storage = {
    ...gate.storage(real),
    imports: {
      ...real.imports,
      save: async (record) => {
        saves.begun++
        await saves.before
        await real.imports.save(record)
      },
    },
  }
  const log = openLog('error', { write() {} })
  const imports = createImports({ timers, log, storage, attachmentBytes: limits.attachmentBytes })
  return {
    ...{ timers, gate, saves, imports },
    async start() {
      const file = await real.attachments.receive(Readable.from([Buffer.from('x')]), 10)
      saves.received++
      const upload = { id: freshId(), file, name: 'a.md', isArchive: false, into: null, mayOrganise: true }
      return imports.start({ ...upload, actor: anonymous })
    },
    async close() {
      await imports.close()
      await real.close()
    },
  }
}

describe('an import under way', () => {
  it('is told of only to the one who started it', async () => {
    const guest = async () => {
      const { headers } = await server.ask('GET', '/me')
      return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', origin: server.url }
    }
    const [mine, other] = [await guest(), await guest()]
    const answer = await server.ask('POST', '/import?name=a.md', 'x', mine)
    const { id } = answer.json as ImportResource
    expect((await server.ask('GET', `/imports/${id}`, undefined, mine)).status).toBe(200)
    for (const method of ['GET', 'DELETE']) {
      expect(await server.ask(method, `/imports/${id}`, undefined, other)).toMatchObject({ status: 404 })
      expect(await server.ask(method, `/imports/${'x'.repeat(22)}`, undefined, mine)).toMatchObject({
        status: 404,
      })
    }
    expect((await server.ask('DELETE', `/imports/${id}`, undefined, mine)).status).toBe(204)
    expect((await server.ask('GET', `/imports/${id}`, undefined, mine)).status).toBe(404)
  })

  it('is told of for some days, also by a server that is never stopped', async () => {
    const own = alone()
    own.gate.open()
    const first = await own.start()
    await first.ended
    own.timers.advance(limits.importReportMs - 1_000)
    await (await own.start()).ended
    expect(await own.imports.get(first.record.id, anonymous)).toMatchObject({ state: 'done' })
    own.timers.advance(2_000)
    await (await own.start()).ended
    expect(await own.imports.get(first.record.id, anonymous)).toBeNull()
    await own.close()
  })

  it('stops when it is cancelled, and what it made stays', async () => {
    const gate = gated()
    await using own = await weft({ storage: gate.storage })
    const answer = await postImport(own, 'a.zip', many(200))
    const path = (answer.headers.get('location') ?? '').replace('/api/v1', '')
    await until(() => gate.asked >= 16)
    expect((await own.ask('GET', path)).json).toMatchObject({ state: 'running', filesTotal: 200 })
    expect((await own.ask('DELETE', path)).status).toBe(204)
    gate.open()
    const report = await until(async () => {
      const now = (await own.ask('GET', path)).json as ImportResource
      return now.state === 'running' ? null : now
    })
    expect(report).toMatchObject({ state: 'cancelled', documents: 16, filesDone: 16 })
    expect(await countDocuments(own)).toBe(16)
  })

  it('waits while others run, and too many are refused', async () => {
    const gate = gated()
    await using own = await weft({ storage: gate.storage })
    const answers = []
    for (let n = 0; n < 23; n++) answers.push(await postImport(own, 'a.zip', many(1)))
    expect(answers.map(({ status }) => status)).toEqual([...Array(22).fill(202), 429])
    expect(answers.at(-1)?.headers.get('retry-after')).toBe('30')
    expect(answers[5]?.json).toMatchObject({ state: 'waiting' })
    gate.open()
    await until(async () => (await countDocuments(own)) === 22)
  })

  it('has no more beside it than may wait, also when all come at once', async () => {
    const own = alone()
    const stored = Promise.withResolvers<void>()
    own.saves.before = stored.promise
    const starting = Promise.allSettled(Array.from({ length: 40 }, () => own.start()))
    await until(() => own.saves.received === 40)
    stored.resolve()
    const starts = await starting
    const taken = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
    expect(taken).toHaveLength(limits.importsAtOnce + limits.importsWaiting)
    own.gate.open()
    await Promise.all(taken.map(({ ended }) => ended))
    await own.close()
  })

  it('is stored no more once it has ended, though it ends while its state is being stored', async () => {
    const own = alone()
    const { ended } = await own.start()
    await until(() => own.gate.asked === 1)
    const stored = Promise.withResolvers<void>()
    own.saves.before = stored.promise
    own.timers.advance(2_000)
    own.gate.open()
    await until(() => own.saves.begun === 4)
    stored.resolve()
    await ended
    own.timers.advance(10_000)
    expect(own.saves.begun).toBe(4)
    await own.close()
  })

  it('that waits when the server ends is answered', async () => {
    const gate = gated()
    const known: (string | null)[] = []
    const storage = (real: Storage): Storage => ({
      ...gate.storage(real),
      imports: {
        ...real.imports,
        save: async (record) => {
          await real.imports.save(record)
          known.push(record.report.name)
        },
      },
    })
    await using own = await weft({ storage })
    for (let n = 0; n < limits.importsAtOnce; n++) await postImport(own, 'a.zip', many(1))
    const waiting = postImport(own, 'a.md', 'x')
    await until(() => known.includes('a.md') && gate.asked === limits.importsAtOnce)
    const closed = own.close()
    expect(await waiting).toMatchObject({ status: 503, json: { code: 'restarting' } })
    gate.open()
    await closed
  })

  it('fails with the storage, says that the disk is full, and keeps what was made', async () => {
    let made = 0
    const storage = creating(async (create, draft) => {
      if (++made > 20) throw new StorageFailure('full', { full: true })
      return create(draft)
    })
    await using own = await weft({ storage })
    const report = await imported(own, many(100))
    expect(report).toMatchObject({ state: 'failed', reason: 'The disk is full.', filesTotal: 100 })
    expect(report.documents).toBe(20)
    expect(await countDocuments(own)).toBe(20)
  })

  it('is called interrupted after a restart', async () => {
    await using folder = await temporaryFolder()
    const gate = gated()
    let path = ''
    {
      await using own = await weft({ folder: folder.path, storage: gate.storage })
      const answer = await postImport(own, 'a.zip', many(100))
      path = (answer.headers.get('location') ?? '').replace('/api/v1', '')
      await until(() => gate.asked >= 16)
      gate.open()
    }
    await using again = await weft({ folder: folder.path })
    const report = await until(async () => {
      const now = (await again.ask('GET', path)).json as ImportResource
      return now.state === 'running' ? null : now
    })
    expect(report).toMatchObject({ state: 'interrupted', name: 'a.zip', documents: 16, filesTotal: 100 })
    expect(report.reason).toMatch(/Idempotency-Key/)
    expect(report.endedAt).not.toBeNull()
    expect(await countDocuments(again)).toBe(16)
  })
})

describe('an import that is sent again with its key', () => {
  const key = { 'idempotency-key': 'import', 'content-type': 'application/zip' }
  const send = (own: Weft, body: string | Buffer, name = 'a.zip') =>
    own.ask('POST', `/import?name=${name}`, body, key)
  const ended = (own: Weft, answer: Answer) =>
    until(async () => {
      const path = (answer.headers.get('location') ?? '').replace('/api/v1', '')
      const report = (await own.ask('GET', path)).json as ImportResource
      return report.endedAt === null ? null : report
    })

  it('is one import: while it runs, after a restart, where it goes on, and when it is done', async () => {
    await using folder = await temporaryFolder()
    const gate = gated()
    const archive = many(100)
    const ids: unknown[] = []
    {
      await using own = await weft({ folder: folder.path, storage: gate.storage })
      const first = await send(own, archive)
      const again = await send(own, archive)
      expect(again.status).toBe(202)
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      ids.push(first.headers.get('location'), again.headers.get('location'))
      await until(() => gate.asked >= 16)
      gate.open()
    }
    await using own = await weft({ folder: folder.path })
    expect(await countDocuments(own)).toBe(16)
    const more = await send(own, archive)
    ids.push(more.headers.get('location'))
    const report = await ended(own, more)
    expect(report).toMatchObject({ state: 'done', reason: null, documents: 100, filesDone: 100, failed: 0 })
    const last = await send(own, archive)
    expect(last).toMatchObject({ status: 202, json: report })
    expect(new Set(ids).size).toBe(1)
    expect(await countDocuments(own)).toBe(100)
    expect(await send(own, many(1))).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } })
  })

  it('makes one document of a single file, though the server ended when it had made it', async () => {
    await using folder = await temporaryFolder()
    {
      await using own = await weft({ folder: folder.path, storage: endsWhenCreated })
      expect((await send(own, '# Once', 'a.md')).status).toBe(503)
    }
    await using own = await weft({ folder: folder.path })
    const made = await send(own, '# Once', 'a.md')
    expect(made).toMatchObject({ status: 201, json: { documents: 1, created: [{ title: 'Once' }] } })
    expect(await send(own, '# Once', 'a.md')).toMatchObject({ status: 201, text: made.text })
    expect(await countDocuments(own)).toBe(1)
  })

  it('makes nothing again that was deleted for good since', async () => {
    await using folder = await temporaryFolder()
    let made = 0
    const storage = creating(async (create, draft) => {
      if (++made > 16) throw new StorageFailure('full', { full: true })
      return create(draft)
    })
    const archive = many(20)
    {
      await using own = await weft({ folder: folder.path, storage })
      expect(await ended(own, await send(own, archive))).toMatchObject({ state: 'failed', documents: 16 })
      const { json } = await own.ask('GET', '/documents?limit=1')
      const [first] = (json as { documents: DocumentResource[] }).documents
      await own.ask('DELETE', `/documents/${first?.id}?forever=true`)
    }
    await using own = await weft({ folder: folder.path })
    expect(await ended(own, await send(own, archive))).toMatchObject({ state: 'done', documents: 19 })
    expect(await countDocuments(own)).toBe(19)
  })
})

/** `WEFT_FUZZ=5` makes them 10,000. */
const documents = seeds(2_000).length

it(`${documents} documents come in with progress, and go out again, and the event loop is never held up`, async () => {
  await using own = await weft()
  const coming = await watchLoop()
  const answer = await postImport(own, 'a.zip', many(documents))
  const path = (answer.headers.get('location') ?? '').replace('/api/v1', '')
  const seen = new Set<number>()
  const report = await until(
    async () => {
      const now = (await own.ask('GET', path)).json as ImportResource
      seen.add(now.filesDone)
      return now.endedAt === null ? null : now
    },
    { withinMs: 100_000 },
  )
  expect(await coming.end()).toBeLessThan(50)
  expect(report).toMatchObject({ state: 'done', documents, failed: 0 })
  expect(seen.size).toBeGreaterThan(5)

  const going = await watchLoop()
  const before = process.memoryUsage().rss
  let most = before
  let bytes = 0
  const exported = await fetch(`${own.url}/api/v1/export`)
  for await (const chunk of exported.body ?? []) {
    bytes += chunk.length
    most = Math.max(most, process.memoryUsage().rss)
  }
  expect(await going.end()).toBeLessThan(50)
  expect(bytes).toBeGreaterThan(100 * documents)
  expect(most - before).toBeLessThan(150 * 1024 * 1024)
})
