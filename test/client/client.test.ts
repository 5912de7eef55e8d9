import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, createFollow, ProblemError, Unreachable } from '@weft/client'
import { routes } from '@weft/protocol/routes'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import * as Y from 'yjs'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await weft()
  client = createClient({ baseUrl: server.url })
})
afterAll(() => server.close())

describe('the client', () => {
  // That each has its route's method and path is the compiler's to check.
  it('has one function for each route', () => {
    expect(Object.keys(client).toSorted()).toEqual(Object.keys(routes).toSorted())
  })

  it('makes, reads, lists, changes, throws away and restores documents', async () => {
    const made = await client.createDocument({ body: { title: 'By a program', content: 'text' } })
    const params = { id: made.id }
    expect(await client.getDocument({ params })).toEqual(made)
    const changed = await client.changeDocument({ params, body: { title: 'Renamed' } })
    expect(changed).toMatchObject({ id: made.id, title: 'Renamed' })
    expect(await client.trashDocument({ params })).toBeUndefined()
    const { documents } = await client.listDocuments({
      query: { trashed: 'true', limit: 5, title: 'renamed' },
    })
    expect(documents.map(({ id }) => id)).toEqual([made.id])
    expect((await client.restoreDocument({ params })).trashedAt).toBeNull()
    expect((await client.listDocuments()).documents.map(({ id }) => id)).toContain(made.id)
    const own = await client.createDocumentWithId({ params: { id: 'chosen' }, body: {} })
    expect(own.id).toBe('chosen')
  })

  it('reads what happened, and follows what happens', async () => {
    const { id } = await client.createDocument({ body: { title: 'Followed', content: 'a' } })
    const { events, next } = await client.getDocumentEvents({ params: { id }, query: { after: '0.0' } })
    expect(events.map(({ type }) => type)).toEqual(['created', 'changed'])
    const leaving = new AbortController()
    const following = createFollow({ baseUrl: server.url }).document(id, {
      after: next,
      signal: leaving.signal,
    })
    expect((await following.next()).value).toMatchObject({ event: { type: 'present', people: [] }, id: null })
    await client.changeDocument({ params: { id }, body: { title: 'Renamed' } })
    expect((await following.next()).value.event).toMatchObject({ type: 'renamed', title: 'Renamed' })
    leaving.abort(new Error('enough'))
    await expect(following.next()).rejects.toThrow('enough')
    const { webhooks } = await client.listWebhooks({ query: { document: id } })
    expect(webhooks).toEqual([])
  })

  it('reads text with its revision, and null while that has not changed', async () => {
    const { id } = await client.createDocument({ body: { content: 'Grüße 🌍\n' } })
    const { text, etag } = await client.getContent({ params: { id } })
    expect([text, etag]).toEqual(['Grüße 🌍\n', '"1"'])
    const again = await client.getContent({ params: { id }, headers: { 'if-none-match': etag } })
    expect(again).toBeNull()
    expectTypeOf(again).toEqualTypeOf<{ readonly text: string; readonly etag: string } | null>()
  })

  it('reads a text to the unit as it was written, with a mark that it begins with', async () => {
    const { id } = await client.createDocument({ body: { kind: 'text', content: '\ufeffa\n' } })
    const params = { id }
    const { text, etag } = await client.getContent({ params })
    expect(text).toBe('\ufeffa\n')
    expect(
      await client.putContent({ params, headers: { 'if-match': etag }, body: `${text}b\n` }),
    ).toMatchObject({ changed: 1, changes: [{ from: 3, to: 3, insert: 'b\n' }] })
  })

  it('carries updates and states as bytes', async () => {
    const { id } = await client.createDocument({ body: { kind: 'yjs' } })
    const doc = new Y.Doc()
    doc.getArray('list').push([1, 2])
    const body = new Uint8Array(Y.encodeStateAsUpdate(doc))
    expect(await client.postUpdate({ params: { id }, body })).toEqual({ revision: 1 })
    const { bytes, etag } = await client.getState({ params: { id } })
    const copy = new Y.Doc()
    Y.applyUpdate(copy, bytes)
    expect([copy.getArray('list').toJSON(), etag]).toEqual([[1, 2], '"1"'])
  })

  it('writes texts, edits and diffs, and is told what changed', async () => {
    const { id } = await client.createDocument({ body: { content: 'one\n' } })
    const params = { id }
    const { etag } = await client.getContent({ params })
    const put = await client.putContent({ params, headers: { 'if-match': etag }, body: 'one\ntwo\n' })
    expect(put).toMatchObject({ revision: 2, merged: false, changes: [{ line: 2, insert: 'two\n' }] })
    await client.postEdits({ params, body: { edits: [{ find: 'two', replace: '2' }, { append: 'three' }] } })
    const diff = '@@ -1 +1 @@\n-one\n+1\n'
    const headers = { 'idempotency-key': 'once' }
    const patched = await client.patchContent({ params, headers, body: diff })
    expect(await client.patchContent({ params, headers, body: diff })).toEqual(patched)
    await client.putContent({ params, query: { base: 'latest' }, body: '1\n2\nthree\nfour\n' })
    expect((await client.getContent({ params })).text).toBe('1\n2\nthree\nfour\n')
    const refused = await client
      .postEdits({ params, body: { edits: [{ find: 'nothing', replace: '' }] } })
      .catch((error) => error)
    expect(refused).toMatchObject({ code: 'edit-misfit', problem: { misfits: [{ reason: 'absent' }] } })
    expectTypeOf(put.changes[0]?.removed).toEqualTypeOf<string | null | undefined>()
  })

  it('reads the past, parts and other forms', async () => {
    const { id } = await client.createDocument({ body: { content: '# A\n\nold\n' } })
    const params = { id }
    await client.postEdits({ params, body: { edits: [{ find: 'old', replace: 'new' }] } })
    expect((await client.getContent({ params, query: { at: 1, lines: '3' } })).text).toBe('old\n')
    const part = await client.getContent({
      params,
      query: { section: 'A' },
      headers: { accept: 'application/json' },
    })
    expect(part).toEqual({ revision: 2, line: 1, from: 0, to: 9, content: '# A\n\nnew\n' })
    const html = await client.getContent({ params, headers: { accept: 'text/html' } })
    expect(html).toEqual({ text: '<h1>A</h1>\n<p>new</p>\n', etag: '"2-html1"' })
    const state = await client.getContent({ params, headers: { accept: 'application/x-yjs-update' } })
    const doc = new Y.Doc()
    Y.applyUpdate(doc, state.bytes)
    expect(doc.getText('content').toString()).toBe('# A\n\nnew\n')
    expectTypeOf(part.content).toEqualTypeOf<string>()
    expectTypeOf(html.etag).toEqualTypeOf<string>()
  })

  it('says who one is', async () => {
    expect(await client.getMe()).toMatchObject({ kind: 'guest', name: null })
    expect(await client.putMe({ body: { name: 'Ada', dye: 3 } })).toMatchObject({ name: 'Ada', dye: 3 })
  })

  it('organises and searches', async () => {
    const folder = await client.createFolder({ body: { name: 'From a client' } })
    const body = { title: 'Shelved', content: 'rutabaga', folderId: folder.id, tags: ['Root'] }
    const { id } = await client.createDocument({ body })
    await client.starDocument({ params: { id } })
    const starred = await client.listDocuments({ query: { starred: 'true', folder: folder.id } })
    expect(starred.documents).toMatchObject([{ id, tags: ['root'], starred: true }])
    const { results } = await client.changeDocuments({ body: { action: 'untag', ids: [id], tags: ['root'] } })
    expect(results).toEqual([{ id, problem: null }])
    const found = await until(async () => {
      const { results } = await client.search({ query: { q: 'rutabaga' } })
      return results[0]
    })
    expectTypeOf(found.excerpt.ranges).toEqualTypeOf<{ from: number; to: number }[]>()
    expect(found).toMatchObject({
      document: { id },
      excerpt: { text: 'rutabaga', ranges: [{ from: 0, to: 8 }] },
    })
    const full = await client.removeFolder({ params: { id: folder.id } }).catch((error) => error)
    expect(full).toMatchObject({ code: 'folder-not-empty' })
    await client.removeFolder({ params: { id: folder.id }, query: { documents: 'trash' } })
    expect(await client.emptyTrash()).toMatchObject({ deleted: expect.any(Number) })
  })

  it('writes ids and parameters so that they stay what they are', async () => {
    const refused = await client.getDocument({ params: { id: '../me?x=1#y' } }).catch((error) => error)
    expect(refused).toMatchObject({ code: 'not-found', status: 404 })
    await client.createDocument({ body: { title: '50% & more = all?' } })
    const { documents } = await client.listDocuments({ query: { title: '50% & more = all?' } })
    expect(documents).toHaveLength(1)
  })

  it('rejects with the problem that the server names', async () => {
    const refused = await client.createDocument({ body: { title: 'x'.repeat(300) } }).catch((error) => error)
    expect(refused).toBeInstanceOf(ProblemError)
    expect(refused).toMatchObject({ code: 'invalid-request', status: 400, name: 'ProblemError' })
    expect(refused.problem.errors).toEqual([{ path: 'title', message: expect.any(String) }])
    const malformed = await client.createDocument({ body: { content: 'a\rb' } }).catch((error) => error)
    expect(malformed).toMatchObject({
      code: 'malformed-line-ends',
      message: expect.stringContaining('line 1'),
    })
  })

  it('takes by its types what the server takes, and gives what it gives', () => {
    type Input<Name extends keyof typeof client> = Parameters<(typeof client)[Name]>[0]
    expectTypeOf<{ params: { id: string } }>().toExtend<Input<'getDocument'>>()
    expectTypeOf<{ params: { key: string } }>().not.toExtend<Input<'getDocument'>>()
    expectTypeOf<{ body: { kind: 'code' } }>().toExtend<Input<'createDocument'>>()
    expectTypeOf<{ body: { kind: 'word' } }>().not.toExtend<Input<'createDocument'>>()
    expectTypeOf<{ query: { limit: number } }>().toExtend<Input<'listDocuments'>>()
    expectTypeOf<{ query: { trashed: boolean } }>().not.toExtend<Input<'listDocuments'>>()
    expectTypeOf<{ params: { id: string }; body: string }>().not.toExtend<Input<'postUpdate'>>()
    expectTypeOf(client.getMe).returns.resolves.toHaveProperty('dye')
    expectTypeOf(() => client.trashDocument({ params: { id: '' } })).returns.resolves.toBeUndefined()
  })
})

describe('without a Weft server at the other end', () => {
  const answering = async (status: number, type: string, body: string) => {
    const other = createServer((_, response) => {
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const stranger = createClient({ baseUrl: `http://127.0.0.1:${port}/` })
    return stranger.listDocuments().finally(() => other.close())
  }

  it('a call rejects as unreachable when nobody listens', async () => {
    const nobody = createClient({ baseUrl: 'http://127.0.0.1:1' })
    const error = await nobody.getMe().catch((reason) => reason)
    expect(error).toBeInstanceOf(Unreachable)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it.each([
    [502, 'text/html', '<h1>Bad gateway</h1>'],
    [200, 'text/html', '<h1>Sign in to this network</h1>'],
    [200, 'application/json', '{"cut'],
    [500, 'application/problem+json', 'not json'],
    [301, 'text/plain', ''],
  ])('a call rejects as unreachable after %i %s %s', async (status, type, body) => {
    await expect(answering(status, type, body)).rejects.toBeInstanceOf(Unreachable)
  })

  it('a call that its caller gives up rejects as given up', async () => {
    const controller = new AbortController()
    const call = client.listDocuments({}, { signal: controller.signal })
    controller.abort(new Error('left the page'))
    await expect(call).rejects.toThrow('left the page')
  })
})
