/** Requests that come again: answered once, done once. */
import type { DocumentResource } from '@weft/protocol'
import { limits } from '@weft/protocol'
import { purgeAnswers } from '@weft/server/answer-purge'
import { openMemory } from '@weft/server/storage/memory'
import type { AnswerStore, Storage } from '@weft/server/storage/storage'
import { DocumentGone, StorageFailure } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { type Weft, weft } from '../support/weft.ts'
import { programOf } from '../support/writing-program.ts'

describe.each([
  ['SQLite', {}],
  ['memory', { forgets: true }],
])('a request with a key, on %s', (_, options) => {
  let server: Weft
  beforeAll(async () => {
    server = await weft(options)
  })
  afterAll(() => server.close())
  const program = programOf(() => server)

  it('that comes again gets the first answer, and does nothing', async () => {
    const draft = { title: 'Once', content: 'once' }
    const first = await server.ask('POST', '/documents', draft, { 'idempotency-key': 'once' })
    const { id } = first.json as DocumentResource
    await server.ask('PATCH', `/documents/${id}`, { title: 'Renamed' })
    const second = await server.ask('POST', '/documents', draft, { 'idempotency-key': '"once"' })
    expect(second).toMatchObject({ status: 201, text: first.text })
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    expect([first, second].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
    const { json } = await server.ask('GET', '/documents?title=Once')
    expect(json).toMatchObject({ documents: [] })
  })

  it('that comes many times at once is done once', async () => {
    const { id } = await server.create({ content: '' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => program.edits(id, [{ append: 'x' }], { 'idempotency-key': 'crowd' })),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await program.read(id)).toBe('x\n')
  })

  it('that is another request is refused: 422', async () => {
    const { id } = await server.create({ content: '' })
    const key = { 'idempotency-key': 'reused' }
    expect((await program.edits(id, [{ append: 'a' }], key)).status).toBe(200)
    const others = [
      program.edits(id, [{ append: 'b' }], key),
      program.edits(id, [{ append: 'a' }], { ...key, 'if-match': '"1"' }),
      server.ask('POST', '/documents', { edits: [{ append: 'a' }] }, key),
      program.patch(id, 'a', key),
    ]
    for (const other of others)
      expect(await other).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } })
    expect(await program.read(id)).toBe('a\n')
  })

  it('of somebody else is another one', async () => {
    const { id } = await server.create({ content: '' })
    const me = await fetch(`${server.url}/api/v1/me`)
    const ann = { cookie: me.headers.get('set-cookie')?.split(';')[0] ?? '', origin: server.url }
    await program.edits(id, [{ append: 'a' }], { 'idempotency-key': 'mine' })
    await program.edits(id, [{ append: 'b' }], { 'idempotency-key': 'mine', ...ann })
    expect(await program.read(id)).toBe('a\nb\n')
  })

  it('that was refused may be tried again', async () => {
    const { id } = await server.create({ content: 'a' })
    const key = { 'idempotency-key': 'refused' }
    const edits = [{ find: 'b', replace: 'c' }]
    expect((await program.edits(id, edits, key)).status).toBe(409)
    await program.edits(id, [{ append: 'b' }])
    expect((await program.edits(id, edits, key)).status).toBe(200)
    expect(await program.read(id)).toBe('a\nc')
  })

  it('that changes nothing else is answered again too', async () => {
    const { id } = await server.create({ title: 'Old' })
    const key = { 'idempotency-key': 'rename' }
    const first = await server.ask('PATCH', `/documents/${id}`, { title: 'New' }, key)
    await server.ask('PATCH', `/documents/${id}`, { title: 'Newer' })
    expect((await server.ask('PATCH', `/documents/${id}`, { title: 'New' }, key)).text).toBe(first.text)
    expect((await server.ask('GET', `/documents/${id}`)).json).toMatchObject({ title: 'Newer' })
  })

  it('that makes a document under an id of its own is answered again, and no other one is', async () => {
    const make = (key: Record<string, string>, title = 'Own') =>
      server.ask('PUT', '/documents/own-id', { title }, key)
    const key = { 'idempotency-key': 'own-id' }
    const first = await make(key)
    expect(first.status).toBe(201)
    expect(await make(key)).toMatchObject({ status: 201, text: first.text })
    for (const other of [{}, { 'idempotency-key': 'another' }])
      expect(await make(other)).toMatchObject({ status: 409, json: { code: 'document-exists' } })
    expect(await make(key, 'Other')).toMatchObject({ status: 422, json: { code: 'idempotency-key-reused' } })
  })

  it('whose text is there by now adds it no second time, whoever sends it', async () => {
    const { id } = await server.create({ content: 'log\n' })
    const me = await fetch(`${server.url}/api/v1/me`)
    const ann = { cookie: me.headers.get('set-cookie')?.split(';')[0] ?? '', origin: server.url }
    expect((await program.put(id, '"1"', 'log\nentry\n')).status).toBe(200)
    const again = await program.put(id, '"1"', 'log\nentry\n', ann)
    expect(again).toMatchObject({ status: 200, json: { revision: 2, base: 1, merged: true, changed: 0 } })
    expect(await program.read(id)).toBe('log\nentry\n')
    expect((await program.put(id, '"1"', 'log\nmore\n', ann)).status).toBe(200)
    expect(await program.read(id)).toMatch(/^log\n(entry\nmore|more\nentry)\n$/)
  })

  it.each(['', 'two words', 'ünï', '"', 'x'.repeat(limits.idempotencyKeyLength + 1)])(
    'that is no key is refused: %j',
    async (key) => {
      const answer = await server.ask('POST', '/documents', {}, { 'idempotency-key': encodeLatin(key) })
      // A lone quote is a key as good as any.
      expect(answer.status).toBe(key === '"' ? 201 : 400)
    },
  )

  it('is as good as new after a day', async () => {
    const key = 'yesterday'
    const at = Date.now() - limits.answersKeptMs
    await server.storage.answers.keep(
      { actor: 'guest:anonymous', key, fingerprint: 'another', at },
      { status: 200, headers: {}, body: null },
    )
    expect((await server.ask('POST', '/documents', {}, { 'idempotency-key': key })).status).toBe(201)
  })

  it('about a document that was deleted for good is not told again what was in it', async () => {
    const { id } = await server.create({ content: 'secret\n' })
    const key = { 'idempotency-key': 'purged' }
    const edit = () => program.edits(id, [{ find: 'secret', replace: '' }], key)
    expect((await edit()).text).toMatch(/secret/)
    await server.ask('DELETE', `/documents/${id}?forever=true`)
    const again = await until(async () => {
      const answer = await edit()
      return answer.status === 200 ? null : answer
    })
    expect(again).toMatchObject({ status: 409, json: { code: 'answer-not-kept' } })
  })

  it('whose answer was too large to keep is told that it was done', async () => {
    const { id } = await server.create()
    const key = { 'idempotency-key': 'large' }
    await server.ask('PATCH', `/documents/${id}`, { title: 'T' }, key)
    const place = { actor: 'guest:anonymous', key: 'large' }
    const kept = await server.storage.answers.find(place)
    if (kept?.answer == null) throw new Error('not kept')
    await server.storage.answers.keep({ ...place, ...kept }, { ...kept.answer, body: null })
    expect(await server.ask('PATCH', `/documents/${id}`, { title: 'T' }, key)).toMatchObject({
      status: 409,
      json: { code: 'answer-not-kept' },
    })
  })
})

describe('a request whose answer was lost with the server', () => {
  it('is done once by the one that comes next', async () => {
    await using disk = await temporaryFolder()
    const before = await weft({ folder: disk.path, storage: losingAnswers })
    const dying = programOf(() => before)
    const { id } = await before.create({ content: 'log\n' })
    const key = (name: string) => ({ 'idempotency-key': name })
    const [append, put] = [
      () => dying.edits(id, [{ append: 'entry' }], key('append')),
      () => dying.put(id, '"1"', 'LOG\n'),
    ]
    const create = () => before.ask('POST', '/documents', { title: 'Made once' }, key('create'))
    const copy = () => before.ask('POST', `/documents/${id}/duplicate`, undefined, key('copy'))
    const folder = () => before.ask('POST', '/folders', { name: 'Made once' }, key('folder'))
    const own = (server: Weft) => server.ask('PUT', '/documents/own-id', { title: 'Own' }, key('own'))
    const attach = (server: Weft) => server.ask('POST', `/documents/${id}/attachments`, 'file', key('attach'))
    const requests = [append, put, create, copy, folder, () => own(before), () => attach(before)]
    const hook = (server: Weft) => server.ask('POST', '/webhooks', { url: 'https://a.example/' }, key('hook'))
    const secretOf = 'w'.repeat(22)
    const known = `whsec_${'a'.repeat(43)}=`
    await before.storage.webhooks.create({
      ...{ id: secretOf, url: 'https://b.example/', document: null, events: [], description: null },
      ...{ secret: known, previousSecret: null, previousUntil: null, failingSince: null },
      ...{ createdBy: 'guest:anonymous', createdAt: 1, updatedAt: 1, disabledAt: 1, disabledReason: null },
    })
    const rotate = (server: Weft) =>
      server.ask('POST', `/webhooks/${secretOf}/secret`, undefined, key('rotate'))
    requests.push(
      () => hook(before),
      () => rotate(before),
    )
    for (const request of requests) expect((await request()).status).toBe(503)
    await dying.edits(id, [{ prepend: 'meanwhile' }])
    const text = await dying.read(id)
    expect(text).toBe('meanwhile\nLOG\nentry\n')
    // Again, where the first one is still in memory.
    for (const request of requests) expect((await request()).status).toBe(503)
    expect(await dying.read(id)).toBe(text)
    await before.close()

    await using after = await weft({ folder: disk.path })
    const program = programOf(() => after)
    const again = await program.edits(id, [{ append: 'entry' }], key('append'))
    expect(again).toMatchObject({ status: 200, json: { base: 1, changed: 1, merged: true } })
    expect((await program.put(id, '"1"', 'LOG\n')).status).toBe(200)
    expect(await program.read(id)).toBe(text)
    const made = await after.ask('POST', '/documents', { title: 'Made once' }, key('create'))
    expect(made.status).toBe(201)
    const { json } = await after.ask('GET', '/documents?title=Made+once')
    expect((json as { documents: unknown[] }).documents).toEqual([made.json])
    const copied = await after.ask('POST', `/documents/${id}/duplicate`, undefined, key('copy'))
    const copies = (await after.ask('GET', '/documents?title=Copy+of')).json as { documents: unknown[] }
    expect(copies.documents).toEqual([copied.json])
    expect((await own(after)).status).toBe(201)
    const attached = await attach(after)
    expect(attached.status).toBe(201)
    const files = await after.ask('GET', `/documents/${id}/attachments`)
    expect(files.json).toEqual({ attachments: [attached.json] })
    const hooked = await hook(after)
    const hooks = (await after.ask('GET', '/webhooks')).json as { webhooks: { id: string }[] }
    expect(hooks.webhooks.map((one) => one.id)).toEqual([secretOf, (hooked.json as { id: string }).id])
    const rotated = (await rotate(after)).json as { secret: string }
    expect(await after.storage.webhooks.get(secretOf)).toMatchObject({
      secret: rotated.secret,
      previousSecret: known,
    })
    const filed = await after.ask('POST', '/folders', { name: 'Made once' }, key('folder'))
    expect(await after.ask('GET', '/folders')).toMatchObject({ json: { folders: [filed.json] } })
  })
})

describe('an edit that is stored', () => {
  it('is answered so, and done once, where the log cannot be read any more', async () => {
    await using server = await weft({ forgets: true, storage: unreadableAfterwards })
    const program = programOf(() => server)
    const { id } = await server.create({ content: 'log\n' })
    const key = { 'idempotency-key': 'unreadable' }
    for (let time = 0; time < 2; time++)
      expect(await program.edits(id, [{ append: 'entry' }], key)).toMatchObject({
        status: 200,
        json: { revision: 2, base: 1, merged: true },
      })
    expect(await program.read(id)).toBe('log\nentry\n')
  })
})

/** As where the document goes into the trash between the commit and the answer. */
function unreadableAfterwards(storage: Storage): Storage {
  const read: Storage['updates']['read'] = (document, after) =>
    after > 0 ? Promise.reject(new DocumentGone()) : storage.updates.read(document, after)
  return { ...storage, updates: { ...storage.updates, read } }
}

describe('old answers', () => {
  it('are dropped a few at a time, and a failure is tried again later', async () => {
    const timers = new VirtualTimers()
    const { answers } = openMemory()
    for (let n = 0; n < 1_200; n++) {
      const at = timers.now() + (n < 1_100 ? 0 : limits.answersKeptMs)
      const request = { actor: 'a', key: `${n}`, fingerprint: 'f', at }
      await answers.keep(request, { status: 200, headers: {}, body: null })
    }
    const portions: number[] = []
    let failures = 1
    const watched: AnswerStore = {
      ...answers,
      async purge(time, most) {
        if (failures-- > 0) throw new StorageFailure('no', { full: false })
        const dropped = await answers.purge(time, most)
        portions.push(dropped)
        return dropped
      },
    }
    let failed = 0
    const stop = purgeAnswers(watched, timers, () => failed++)
    timers.advance(limits.answersKeptMs)
    await until(() => failed === 1 && timers.pending > 0)
    for (let turn = 0; turn < 4; turn++) {
      const told = portions.length
      timers.advance(10 * 60 * 1000)
      await until(() => portions.length > told && timers.pending > 0)
    }
    expect(portions).toEqual([500, 500, 100, 0])
    stop()
    expect(timers.pending).toBe(0)
  })
})

/** Everything works but keeping answers. */
function losingAnswers(storage: Storage): Storage {
  const keep = () => Promise.reject(new StorageFailure('the answer is lost', { full: false }))
  return { ...storage, answers: { ...storage.answers, keep } }
}

/** As a program sends it that does not know better. */
function encodeLatin(text: string): string {
  return Buffer.from(text).toString('latin1')
}
