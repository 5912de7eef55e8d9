import type { DocumentResource } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

describe('reading the text', () => {
  it.each([
    ['markdown', 'text/markdown; charset=utf-8'],
    ['text', 'text/plain; charset=utf-8'],
    ['code', 'text/plain; charset=utf-8'],
  ])('of a %s document comes as %s, with its revision as ETag', async (kind, type) => {
    const { id } = await server.create({ kind, content: 'Grüße 🌍\n' })
    const answer = await server.ask('GET', `/documents/${id}/content`)
    expect(answer.text).toBe('Grüße 🌍\n')
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(answer.headers.get('cache-control')).toBe('private, no-cache')
  })

  it('of an empty document is empty, at revision 0', async () => {
    const { id } = await server.create()
    const answer = await server.ask('GET', `/documents/${id}/content`)
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers.get('etag')).toBe('"0"')
  })

  it.each(['"1"', 'W/"1"', '"7", W/"1"', '"x","1"', '*'])(
    'answers 304 without a body to If-None-Match: %s',
    async (tags) => {
      const { id } = await server.create({ content: 'text' })
      for (const part of ['content', 'state']) {
        const answer = await server.ask('GET', `/documents/${id}/${part}`, undefined, {
          'if-none-match': tags,
        })
        expect(answer).toMatchObject({ status: 304, text: '' })
        expect(answer.headers.get('etag')).toBe('"1"')
      }
    },
  )

  it.each(['"0"', '"11"', '1', 'W/"2", "3"', ''])('answers in full to If-None-Match: %s', async (tags) => {
    const { id } = await server.create({ content: 'text' })
    const answer = await server.ask('GET', `/documents/${id}/content`, undefined, { 'if-none-match': tags })
    expect(answer).toMatchObject({ status: 200, text: 'text' })
  })

  it('by HEAD brings the headers alone', async () => {
    const { id } = await server.create({ content: 'text' })
    const answer = await server.ask('HEAD', `/documents/${id}/content`)
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers.get('etag')).toBe('"1"')
  })

  it('of a document that many change and read at once never shows an older text than its ETag', async () => {
    const { id } = await server.create({ content: '' })
    const doc = new Y.Doc()
    const textAt = new Map<string, string>()
    const reads: Promise<void>[] = []
    const read = async () => {
      const { headers, text } = await server.ask('GET', `/documents/${id}/content`)
      const tag = headers.get('etag') ?? ''
      const known = textAt.get(tag)
      if (known !== undefined) expect(text).toBe(known)
      textAt.set(tag, text)
    }
    for (let step = 0; step < 30; step++) {
      const before = Y.encodeStateVector(doc)
      doc.getText('content').insert(0, `${step} `)
      reads.push(read(), read())
      await post(id, Y.encodeStateAsUpdate(doc, before))
    }
    await Promise.all(reads)
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe(doc.getText('content').toString())
    const lengths = [...textAt]
      .toSorted(([a], [b]) => Number(a.slice(1, -1)) - Number(b.slice(1, -1)))
      .map(([, text]) => text.length)
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  })

  it('is refused for a document of kind yjs, which has a state instead', async () => {
    const { id } = await server.create({ kind: 'yjs' })
    const answer = await server.ask('GET', `/documents/${id}/content`)
    expect(answer).toMatchObject({ status: 409, json: { code: 'not-a-text-document' } })
    expect((await server.ask('GET', `/documents/${id}/state`)).status).toBe(200)
  })
})

describe('updates over HTTP', () => {
  it('are merged, durable and told as a revision', async () => {
    const { id } = await server.create({ content: 'world' })
    const doc = await state(id)
    doc.getText('content').insert(0, 'hello ')
    const answer = await post(id, Y.encodeStateAsUpdate(doc))
    expect(answer).toMatchObject({ status: 200, json: { revision: 2 } })
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe('hello world')
    expect((await server.ask('GET', `/documents/${id}`)).json).toMatchObject({ revision: 2 })
  })

  it('that bring nothing new leave the revision', async () => {
    const { id } = await server.create({ content: 'same' })
    const doc = await state(id)
    expect(await post(id, Y.encodeStateAsUpdate(doc))).toMatchObject({ status: 200, json: { revision: 1 } })
  })

  it('reach the state whole', async () => {
    const { id } = await server.create({ kind: 'yjs' })
    const doc = new Y.Doc()
    doc.getMap('settings').set('deep', { list: [1, 'two', null] })
    doc.getArray('items').push(['🌍'])
    expect((await post(id, Y.encodeStateAsUpdate(doc))).status).toBe(200)
    const copy = await state(id)
    expect(copy.getMap('settings').toJSON()).toEqual({ deep: { list: [1, 'two', null] } })
    expect(copy.getArray('items').toJSON()).toEqual(['🌍'])
  })

  it('that are no updates answer 422', async () => {
    const { id } = await server.create({ content: 'safe' })
    for (const bytes of [Uint8Array.of(), Uint8Array.of(1, 2, 3), new TextEncoder().encode('{"json":1}')]) {
      expect(await post(id, bytes)).toMatchObject({ status: 422, json: { code: 'malformed-update' } })
    }
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe('safe')
  })

  it('with shared types that a text document does not have answer 422', async () => {
    const { id } = await server.create({ content: 'text' })
    const doc = new Y.Doc()
    doc.getMap('elsewhere').set('a', 1)
    expect(await post(id, Y.encodeStateAsUpdate(doc))).toMatchObject({
      status: 422,
      json: { code: 'malformed-update' },
    })
  })

  it('that build on what the server never got answer 409', async () => {
    const { id } = await server.create()
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'lost')
    const before = Y.encodeStateVector(doc)
    doc.getText('content').insert(4, ' and found')
    const answer = await post(id, Y.encodeStateAsUpdate(doc, before))
    expect(answer).toMatchObject({ status: 409, json: { code: 'out-of-sync' } })
  })

  it('from many at once are all there, each with its own durable revision', async () => {
    const { id } = await server.create()
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const doc = new Y.Doc()
        doc.getText('content').insert(0, `<${n}>`)
        return post(id, Y.encodeStateAsUpdate(doc))
      }),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
    const { text } = await server.ask('GET', `/documents/${id}/content`)
    for (let n = 0; n < 40; n++) expect(text).toContain(`<${n}>`)
    const { revision } = (await server.ask('GET', `/documents/${id}`)).json as DocumentResource
    expect(Math.max(...answers.map(({ json }) => (json as { revision: number }).revision))).toBe(revision)
  })
})

function post(id: string, update: Uint8Array) {
  return server.ask('POST', `/documents/${id}/updates`, update, {
    'content-type': 'application/octet-stream',
  })
}

/** The document as another Yjs program has it. */
async function state(id: string): Promise<Y.Doc> {
  const response = await fetch(`${server.url}/api/v1/documents/${id}/state`)
  const doc = new Y.Doc()
  Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
  return doc
}
