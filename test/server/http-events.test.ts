/** Following documents over HTTP: what a program is told, and that it is told all of it once. */
import { connect } from 'node:net'
import { applyChanges, type TextChange } from '@weft/document'
import { limits, parseDocumentId } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type EventReader, type ReadEvent, readEvents } from '../support/event-reader.ts'
import { stockClient } from '../support/stock-client.ts'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

const api = (path: string) => `${server.url}/api/v1${path}`

/** A replica over REST: each edit becomes one revision. */
async function author(id: string) {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, (await server.storage.updates.read(id as never, 0)).updates[0] ?? new Uint8Array([0, 0]))
  const text = doc.getText('content')
  return {
    text,
    async edit(change: () => void): Promise<number> {
      const before = Y.encodeStateVector(doc)
      change()
      const update = Y.encodeStateAsUpdate(doc, before)
      const answer = await server.ask('POST', `/documents/${id}/updates`, update, {
        'content-type': 'application/octet-stream',
      })
      expect(answer.status).toBe(200)
      return (answer.json as { revision: number }).revision
    },
  }
}

function rebuilt(start: string, events: readonly ReadEvent[]): string {
  return events
    .filter(({ type }) => type === 'changed')
    .reduce((text, { data }) => applyChanges(text, data.changes as readonly TextChange[]), start)
}

const poll = async (path: string) =>
  (await server.ask('GET', path, undefined, { accept: 'application/json' })).json as {
    events: readonly Record<string, unknown>[]
    next: string
  }

describe('a stream of a document’s events', () => {
  it('tells what is typed, by whom and when, with the revision as its id', async () => {
    const { id } = await server.create({ content: 'Hello\n' })
    const reader = await readEvents(api(`/documents/${id}/events`))
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    await until(() => reader.lastId)
    const { text, edit } = await author(id)
    await edit(() => {
      text.delete(0, 5)
      text.insert(0, 'Good morning')
    })
    const { id: place, data } = await reader.next('changed')
    expect(data).toEqual({
      type: 'changed',
      base: 1,
      revision: 2,
      actor: 'guest:anonymous',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      changes: [{ from: 0, to: 5, insert: 'Good morning', removed: 'Hello' }],
    })
    expect(place).toMatch(/^2\.\d+$/)
    reader.stop()
  })

  it('tells what happens to it: title, language, trash, and all that was written before and after', async () => {
    const { id } = await server.create({ title: 'Old', content: 'a' })
    const reader = await readEvents(api(`/documents/${id}/events?after=0.0`))
    await server.ask('PATCH', `/documents/${id}`, { title: 'New', language: 'css' })
    await server.ask('DELETE', `/documents/${id}`)
    await server.ask('POST', `/documents/${id}/restore`)
    const { text, edit } = await author(id)
    await edit(() => text.insert(1, 'b'))
    await until(() => rebuilt('', reader.events) === 'ab')
    await reader.next('restored')
    const told = reader.events.filter(({ id: place }) => place !== null)
    expect(told.map(({ type }) => type).filter((type) => type !== 'changed')).toEqual([
      'created',
      'renamed',
      'language',
      'trashed',
      'restored',
    ])
    expect(told.find(({ type }) => type === 'renamed')?.data).toMatchObject({
      title: 'New',
      actor: 'guest:anonymous',
    })
    expect(told.find(({ type }) => type === 'language')?.data).toMatchObject({ language: 'css' })
    reader.stop()
  })

  it('ends when the document is deleted for good, which it tells first', async () => {
    const { id } = await server.create({ content: 'a' })
    const types = ['text/event-stream', 'text/x-diff']
    const readers = await Promise.all(
      types.map((accept) => readEvents(api(`/documents/${id}/events?after=0`), { accept })),
    )
    await until(() => readers.every(({ text }) => text.includes('a')))
    await server.ask('DELETE', `/documents/${id}?forever=true`)
    await until(() => readers.every(({ isComplete }) => isComplete), { withinMs: 5_000 })
    expect(readers[0]?.events.map(({ type }) => type).slice(-1)).toEqual(['deleted'])
  })

  it('tells nothing of what is in the trash, though somebody was told it a moment ago', async () => {
    const { id } = await server.create({ content: 'secret' })
    const path = `/documents/${id}/events?after=0`
    expect(JSON.stringify(await poll(path))).toContain('secret')
    await server.ask('DELETE', `/documents/${id}`)
    expect((await server.ask('GET', `/documents/${id}/content`)).json).toMatchObject({
      code: 'document-in-trash',
    })
    expect(JSON.stringify(await poll(path))).not.toContain('secret')
    await server.ask('POST', `/documents/${id}/restore`)
    expect(JSON.stringify(await poll(path))).toContain('secret')
  })

  it('says who is there, who comes and who goes, and gives that no id', async () => {
    const { id } = await server.create({})
    const first = stockClient(server.port, id)
    await first.synced()
    const reader = await readEvents(api(`/documents/${id}/events`))
    expect((await reader.next('present')).data.people).toEqual([
      { id: 'guest:anonymous', kind: 'guest', name: null },
    ])
    const second = stockClient(server.port, id)
    await second.synced()
    first.leave()
    second.leave()
    const left = await reader.next('left')
    expect([left.data.person, left.id]).toEqual([{ id: 'guest:anonymous', kind: 'guest', name: null }, null])
    expect(reader.events.filter(({ type }) => type === 'joined')).toEqual([])
    const third = stockClient(server.port, id)
    await reader.next('joined')
    third.leave()
    reader.stop()
  })

  it('goes on from any id without loss or repetition, also while many write', async () => {
    const { id } = await server.create({ content: '' })
    const people = Array.from({ length: 3 }, () => stockClient(server.port, id))
    for (const person of people) await person.synced()
    const whole = await readEvents(api(`/documents/${id}/events?after=0`))
    const told: ReadEvent[] = []
    let part: EventReader = await readEvents(api(`/documents/${id}/events?after=0`))
    for (let round = 0; round < 12; round++) {
      for (const [index, { text }] of people.entries())
        text.insert(Math.floor(text.length / (index + 1)), `${round}-${index} 🧵\n`)
      if (round % 3 === 1) people[0]?.text.delete(0, 3)
      await until(() => part.events.some(({ type }) => type === 'changed'))
      part.stop()
      await until(() => part.hasEnded)
      told.push(...part.events)
      part = await readEvents(api(`/documents/${id}/events`), { 'last-event-id': part.lastId ?? '0' })
    }
    const stored = async () => (await server.ask('GET', `/documents/${id}/content`)).text
    const revision = async () =>
      ((await server.ask('GET', `/documents/${id}`)).json as { revision: number }).revision
    await until(() => people.every(({ doc }) => doc.getText('content').length === people[0]?.text.length))
    await until(async () => Number(part.lastId?.split('.')[0]) === (await revision()))
    await until(async () => Number(whole.lastId?.split('.')[0]) === (await revision()))
    expect(rebuilt('', [...told, ...part.events])).toBe(await stored())
    expect(rebuilt('', whole.events)).toBe(await stored())
    let base = 0
    for (const { data } of [...told, ...part.events].filter(({ type }) => type === 'changed')) {
      expect(data.base).toBeGreaterThanOrEqual(base)
      base = data.revision as number
    }
    for (const person of people) person.leave()
    part.stop()
    whole.stop()
  })

  it('tells as unified diffs what is asked for so', async () => {
    const { id } = await server.create({ content: 'one\ntwo\n' })
    const reader = await readEvents(api(`/documents/${id}/events`), { accept: 'text/x-diff' })
    const { text, edit } = await author(id)
    await edit(() => text.insert(8, 'three\n'))
    await until(() => reader.text.includes('+three'))
    expect(reader.headers['content-type']).toBe('text/x-diff')
    expect(reader.text.replace(/\t\S+\t/, '\tT\t')).toBe(
      '--- revision 1\n+++ revision 2\tT\tguest:anonymous\n@@ -1,2 +1,3 @@\n one\n two\n+three\n',
    )
    reader.stop()
  })

  it('of a document without text tells that it changed', async () => {
    const { id } = await server.create({ kind: 'yjs' })
    const reader = await readEvents(api(`/documents/${id}/events`))
    await until(() => reader.lastId)
    const doc = new Y.Doc()
    doc.getMap('any').set('key', 1)
    await server.ask('POST', `/documents/${id}/updates`, Y.encodeStateAsUpdate(doc), {
      'content-type': 'application/octet-stream',
    })
    expect((await reader.next('changed')).data).toMatchObject({ base: 0, revision: 1, changes: null })
    reader.stop()
    const asDiff = await server.ask('GET', `/documents/${id}/events`, undefined, { accept: 'text/x-diff' })
    expect(asDiff.json).toMatchObject({ code: 'not-a-text-document' })
  })

  it('starts over, and says so, where it cannot go on', async () => {
    const { id } = await server.create({ content: 'a' })
    for (const after of ['99', '99.0', '0.99999999']) {
      const reader = await readEvents(api(`/documents/${id}/events?after=${after}`))
      expect((await reader.next('reset')).data).toMatchObject({ revision: 1 })
      reader.stop()
    }
  })

  it('that nobody reads holds up none that somebody does', async () => {
    const { id } = await server.create({ content: '' })
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`GET /api/v1/documents/${id}/events HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
    await new Promise((resolve) => socket.once('readable', resolve))
    const { text, edit } = await author(id)
    for (let round = 0; round < 30; round++) await edit(() => text.insert(0, `${'x'.repeat(100_000)}\n`))
    const other = await readEvents(api(`/documents/${id}/events?after=0`))
    await until(() => Number(other.lastId?.split('.')[0]) === 30)
    expect(rebuilt('', other.events)).toBe(text.toString())
    other.stop()
    socket.destroy()
  })
})

it('a server that ends sends its streams’ readers away, whole events in hand', async () => {
  const ending = await weft()
  const { id } = await ending.create({ content: 'a' })
  const readers = await Promise.all(
    [`/documents/${id}/events?after=0`, '/events?after=0'].map((path) =>
      readEvents(`${ending.url}/api/v1${path}`),
    ),
  )
  const waiting = ending.ask('GET', `/documents/${id}/events?wait=60`)
  await until(() => readers.every(({ events }) => events.some(({ id: place }) => place !== null)))
  await until(async () =>
    (await (await fetch(`${ending.url}/metrics`)).text()).includes('weft_event_streams 3'),
  )
  await ending.close()
  expect((await waiting).json).toMatchObject({ events: [] })
  await until(() => readers.every(({ isComplete }) => isComplete))
  expect(readers.every(({ text }) => text.endsWith('\n\n'))).toBe(true)
})

describe('a request for events', () => {
  it('answers what there is, and where to go on', async () => {
    const { id } = await server.create({ content: 'a' })
    const { text, edit } = await author(id)
    for (const letter of 'bcd') await edit(() => text.insert(text.length, letter))
    const all = await poll(`/documents/${id}/events?after=1`)
    expect(all.events).toMatchObject([{ type: 'changed', base: 1, revision: 4 }])
    expect(all.next).toMatch(/^4\.\d+$/)
    expect(await poll(`/documents/${id}/events?after=${all.next}`)).toEqual({ events: [], next: all.next })
    const none = await poll(`/documents/${id}/events`)
    expect(none.events).toEqual([])
    await edit(() => text.insert(0, 'z'))
    expect((await poll(`/documents/${id}/events?after=${none.next}`)).events).toHaveLength(1)
  })

  it('passes over what changes no text, however much of it there is', async () => {
    const { id } = await server.create({ content: 'formatted' })
    const { next } = await poll(`/documents/${id}/events`)
    const reader = await readEvents(api(`/documents/${id}/events`))
    await until(() => reader.lastId)
    const { text, edit } = await author(id)
    for (let round = 0; round < 40; round++)
      await edit(() => text.format(0, 4, { bold: round % 2 === 0 ? true : null }))
    const entry = { update: new Uint8Array([0, 0]), actor: 'guest:a', at: 1 }
    const document = parseDocumentId(id)
    if (document === null) throw new Error(id)
    for (let round = 0; round < 300; round++) await server.storage.updates.append(document, [entry])
    await edit(() => text.insert(0, 'x'))
    const found = await poll(`/documents/${id}/events?after=${next}`)
    expect(found.events).toMatchObject([{ revision: 342, changes: [{ from: 0, insert: 'x' }] }])
    expect(found.next).toMatch(/^342\./)
    expect((await reader.next('changed')).data).toMatchObject({ revision: 342 })
    reader.stop()
  })

  it('waits for the next one, as long as it is told to', async () => {
    const { id } = await server.create({ content: 'a' })
    const { next } = await poll(`/documents/${id}/events`)
    const waiting = poll(`/documents/${id}/events?after=${next}&wait=30`)
    const { text, edit } = await author(id)
    await edit(() => text.insert(0, 'b'))
    expect((await waiting).events).toMatchObject([{ changes: [{ from: 0, insert: 'b' }] }])
    const began = performance.now()
    const later = await poll(`/documents/${id}/events?wait=1`)
    expect(later.events).toEqual([])
    expect(performance.now() - began).toBeGreaterThan(900)
  })

  it.each([
    ['?after=x', {}, 'invalid-request'],
    ['?after=-1', {}, 'invalid-request'],
    ['?after=1.2.3', {}, 'invalid-request'],
    [`?wait=${limits.eventWaitSeconds + 1}`, {}, 'invalid-request'],
    ['?wait=0.5', {}, 'invalid-request'],
    ['?since=1', {}, 'invalid-request'],
    ['', { 'last-event-id': 'x' }, 'invalid-request'],
    ['', { accept: 'image/png' }, 'not-acceptable'],
    ['?wait=1', { accept: 'text/x-diff' }, 'not-acceptable'],
  ])('that says %s %j is refused', async (query, headers, code) => {
    const { id } = await server.create({})
    const answer = await server.ask('GET', `/documents/${id}/events${query}`, undefined, headers)
    expect(answer.json).toMatchObject({ code })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  it('of what is not there is refused, and HEAD opens nothing', async () => {
    expect((await server.ask('GET', '/documents/nothing/events')).json).toMatchObject({ code: 'not-found' })
    const { id } = await server.create({})
    const head = await server.ask('HEAD', `/documents/${id}/events`)
    expect([head.status, head.headers.get('content-type'), head.text]).toEqual([200, 'text/event-stream', ''])
    await until(async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return text.includes('weft_event_streams 0')
    })
  })
})

describe('the server’s events', () => {
  it('tell what happens to every document, and that content changed, once for many edits', async () => {
    const reader = await readEvents(api('/events'))
    await until(() => reader.lastId)
    const { id } = await server.create({ title: 'Watched', content: 'a' })
    const { text, edit } = await author(id)
    for (let round = 0; round < 20; round++) await edit(() => text.insert(0, 'x'))
    await server.ask('PATCH', `/documents/${id}`, { title: 'Renamed' })
    await server.ask('DELETE', `/documents/${id}`)
    const mine = () => reader.events.filter(({ data }) => data.document === id)
    await until(() => mine().some(({ type }) => type === 'trashed'), { withinMs: 15_000 })
    const types = mine().map(({ type }) => type)
    expect(types.at(0)).toBe('created')
    expect(types.slice(-2)).toEqual(['renamed', 'trashed'])
    expect(types.filter((type) => type === 'changed').length).toBeLessThanOrEqual(2)
    expect(mine().findLast(({ type }) => type === 'changed')?.data).toMatchObject({ revision: 21 })
    expect(mine().at(-1)?.data).toMatchObject({ title: 'Renamed', language: null, actor: 'guest:anonymous' })
    const created = mine()[0]
    const again = await poll(`/events?after=${created?.id}`)
    expect(again.events.filter(({ document }) => document === id).map(({ type }) => type)).toEqual(
      types
        .slice(1)
        .filter((type, index) => type !== 'changed' || index === types.lastIndexOf('changed') - 1),
    )
    reader.stop()
  })

  it('wait to be asked for, and start over where they cannot go on', async () => {
    const { next } = await poll('/events')
    const waiting = poll(`/events?after=${next}&wait=30`)
    const { id } = await server.create({})
    expect((await waiting).events).toMatchObject([{ type: 'created', document: id }])
    expect((await poll('/events?after=999999999')).events).toMatchObject([{ type: 'reset' }])
  })
})
