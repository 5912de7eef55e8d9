/** Imports that take their time: told of, stopped, waited for, interrupted; and large ones. */
import type { ImportResource } from '@weft/protocol'
import type { Storage } from '@weft/server/storage/storage'
import { StorageFailure } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countDocuments, gated, imported, many, postImport } from '../support/imports.ts'
import { watchLoop } from '../support/loop-delay.ts'
import { seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

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

  it('fails with the storage, says that the disk is full, and keeps what was made', async () => {
    let made = 0
    const storage = (real: Storage): Storage => ({
      ...real,
      documents: {
        ...real.documents,
        create: async (draft) => {
          if (++made > 20) throw new StorageFailure('full', { full: true })
          return real.documents.create(draft)
        },
      },
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
    expect(report).toMatchObject({ state: 'interrupted', name: 'a.zip' })
    expect(report.endedAt).not.toBeNull()
    expect(await countDocuments(again)).toBe(16)
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
