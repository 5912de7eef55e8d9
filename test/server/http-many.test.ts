/** Templates, copies, the trash for good, and one request for many documents. */
import type { DocumentResource, Problem } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

async function text({ id }: Pick<DocumentResource, 'id'>): Promise<string> {
  return (await server.ask('GET', `/documents/${id}/content`)).text
}

describe('a template', () => {
  it('begins a document with date, title and name filled in', async () => {
    const me = await server.ask('PUT', '/me', { name: 'Ada', dye: 3 }, { origin: server.url })
    const cookie = me.headers.get('set-cookie')?.split(';')[0] ?? ''
    const template = await server.create({
      ...{ title: 'Minutes {{date}}', content: '# {{title}}\n\n{{date}} by {{name}}\n', isTemplate: true },
      ...{ kind: 'text', tags: ['minutes'] },
    })
    const today = new Date().toISOString().slice(0, 10)
    const headers = { cookie, origin: server.url }
    const made = await server.ask('POST', '/documents', { template: template.id, title: 'Retro' }, headers)
    expect(made).toMatchObject({
      status: 201,
      json: { title: 'Retro', kind: 'text', tags: ['minutes'], isTemplate: false, revision: 1 },
    })
    expect(await text(made.json as DocumentResource)).toBe(`# Retro\n\n${today} by Ada\n`)
    const unnamed = await server.create({ template: template.id, tags: [] })
    expect(unnamed).toMatchObject({ title: `Minutes ${today}`, tags: [] })
    expect(await text(unnamed)).toBe(`# Minutes ${today}\n\n${today} by Guest\n`)
    expect(await text(template)).toContain('{{title}}')
  })

  it.each([
    [{ template: 'never-was' }, 404, 'not-found'],
    [{ template: 'a b' }, 400, 'invalid-request'],
    [{ template: 'never-was', content: 'x' }, 400, 'invalid-request'],
    [{ template: 'never-was', kind: 'text' }, 400, 'invalid-request'],
  ])('is refused as %j', async (draft, status, code) => {
    expect(await server.ask('POST', '/documents', draft)).toMatchObject({ status, json: { code } })
  })

  it('in the trash makes nothing', async () => {
    const { id } = await server.create({ content: 'x' })
    await server.ask('DELETE', `/documents/${id}`)
    const answer = await server.ask('PUT', '/documents/of-trash', { template: id })
    expect(answer).toMatchObject({ status: 410, json: { code: 'document-in-trash' } })
    expect((await server.ask('GET', '/documents/of-trash')).status).toBe(404)
  })
})

describe('a copy', () => {
  it('has the text, tags and place of the original, and a life of its own', async () => {
    const folder = (await server.ask('POST', '/folders', { name: 'copies' })).json as { id: string }
    const original = await server.create({
      ...{ title: 'Plan', content: 'as it was', kind: 'code', language: 'go' },
      ...{ folderId: folder.id, tags: ['x'], isTemplate: true },
    })
    const answer = await server.ask('POST', `/documents/${original.id}/duplicate`)
    const copy = answer.json as DocumentResource
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe(`/api/v1/documents/${copy.id}`)
    expect(copy).toMatchObject({
      ...{ title: 'Copy of Plan', kind: 'code', language: 'go', folderId: folder.id },
      ...{ tags: ['x'], isTemplate: false, revision: 1 },
    })
    expect(copy.lineage).not.toBe(original.lineage)
    expect(await text(copy)).toBe('as it was')
  })

  it('is made once for one key, however often it is asked for', async () => {
    const { id } = await server.create({ title: 'Once', content: 'x' })
    const key = { 'idempotency-key': 'copy-1' }
    const answers = await Promise.all(
      [1, 2, 3].map(() => server.ask('POST', `/documents/${id}/duplicate`, undefined, key)),
    )
    expect(new Set(answers.map(({ json }) => (json as DocumentResource).id)).size).toBe(1)
    const { json } = await server.ask('GET', '/documents?title=copy of once')
    expect((json as { documents: unknown[] }).documents).toHaveLength(1)
    const folders = [1, 2].map(() =>
      server.ask('POST', '/folders', { name: 'once' }, { 'idempotency-key': 'folder-1' }),
    )
    expect((await Promise.all(folders)).map(({ status }) => status)).toEqual([201, 201])
  })

  it('of a Yjs document has its state, of an empty one nothing, of a long title as much as fits', async () => {
    const original = await server.create({ kind: 'yjs', title: 't'.repeat(200) })
    const doc = new Y.Doc()
    doc.getMap('any').set('key', [1, 2])
    const type = { 'content-type': 'application/octet-stream' }
    await server.ask('POST', `/documents/${original.id}/updates`, Y.encodeStateAsUpdate(doc), type)
    const copy = (await server.ask('POST', `/documents/${original.id}/duplicate`)).json as DocumentResource
    expect(copy).toMatchObject({ kind: 'yjs', title: `Copy of ${'t'.repeat(192)}` })
    const state = await fetch(`${server.url}/api/v1/documents/${copy.id}/state`)
    const copied = new Y.Doc()
    Y.applyUpdate(copied, new Uint8Array(await state.arrayBuffer()))
    expect(copied.getMap('any').toJSON()).toEqual({ key: [1, 2] })
    const empty = await server.create()
    expect((await server.ask('POST', `/documents/${empty.id}/duplicate`)).json).toMatchObject({ revision: 0 })
    expect((await server.ask('POST', '/documents/never-was/duplicate')).status).toBe(404)
  })
})

describe('deleting for good', () => {
  it('takes a document from the trash or from outside it, and its id is not given again', async () => {
    for (const isTrashed of [false, true]) {
      const id = `deleted-${isTrashed}`
      await server.ask('PUT', `/documents/${id}`, { content: 'secret' })
      if (isTrashed) await server.ask('DELETE', `/documents/${id}`)
      expect((await server.ask('DELETE', `/documents/${id}?forever=true`)).status).toBe(204)
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/content'],
        ['POST', '/restore'],
        ['DELETE', ''],
        ['DELETE', '?forever=true'],
      ] as const)
        expect(await server.ask(method, `/documents/${id}${path}`)).toMatchObject({ status: 404 })
      const again = await server.ask('PUT', `/documents/${id}`, { content: 'other' })
      expect(again).toMatchObject({ status: 409, json: { code: 'id-was-used' } })
    }
  })

  it('empties the trash, and nothing else', async () => {
    await using own = await weft()
    const kept = await own.create({ title: 'kept' })
    for (let n = 0; n < 120; n++) {
      const { id } = await own.create()
      await own.ask('DELETE', `/documents/${id}`)
    }
    expect(await own.ask('POST', '/trash/empty')).toMatchObject({ status: 200, json: { deleted: 120 } })
    expect(await own.ask('POST', '/trash/empty')).toMatchObject({ status: 200, json: { deleted: 0 } })
    const { json } = await own.ask('GET', '/documents')
    expect((json as { documents: { id: string }[] }).documents.map(({ id }) => id)).toEqual([kept.id])
  })
})

describe('one request for many documents', () => {
  const bulk = async (body: object, headers = {}) => {
    const answer = await server.ask('POST', '/documents/bulk', body, headers)
    return (answer.json as { results: { id: string; problem: Problem | null }[] }).results
  }
  const seen = async (id: string) => (await server.ask('GET', `/documents/${id}`)).json as DocumentResource

  it('does with each what its own route would, and answers in order', async () => {
    const folder = (await server.ask('POST', '/folders', { name: 'bulk' })).json as { id: string }
    const [a, b] = [(await server.create({ tags: ['old'] })).id, (await server.create()).id]
    const ids = [a, 'never-was', b, 'no id!']
    const codes = async (body: object) =>
      (await bulk({ ids, ...body })).map(({ id, problem }) => [id, problem?.code])
    const expected = [
      [a, undefined],
      ['never-was', 'not-found'],
      [b, undefined],
      ['no id!', 'not-found'],
    ]
    for (const change of [
      { action: 'tag', tags: ['New One', 'two'] },
      { action: 'untag', tags: ['old', 'two'] },
      { action: 'move', folderId: folder.id },
      { action: 'pin' },
      { action: 'star' },
    ])
      expect(await codes(change)).toEqual(expected)
    for (const id of [a, b])
      expect(await seen(id)).toMatchObject({
        ...{ tags: ['new-one'], folderId: folder.id, pinned: true, starred: true },
      })
    for (const change of [{ action: 'unpin' }, { action: 'unstar' }, { action: 'move', folderId: null }])
      expect(await codes(change)).toEqual(expected)
    for (const id of [a, b])
      expect(await seen(id)).toMatchObject({ folderId: null, pinned: false, starred: false })
    expect(await codes({ action: 'trash' })).toEqual(expected)
    expect((await codes({ action: 'pin' })).map(([, code]) => code)).toEqual([
      ...['document-in-trash', 'not-found', 'document-in-trash', 'not-found'],
    ])
    expect(await codes({ action: 'restore' })).toEqual(expected)
    expect(await codes({ action: 'delete' })).toEqual(expected)
    expect((await codes({ action: 'restore' })).map(([, code]) => code)).toEqual(Array(4).fill('not-found'))
  })

  it('takes an id twice as two requests', async () => {
    const { id } = await server.create()
    const results = await bulk({ ids: [id, id], action: 'trash' })
    expect(results).toEqual([
      { id, problem: null },
      { id, problem: null },
    ])
  })

  it.each([
    { ids: [], action: 'trash' },
    { ids: Array(101).fill('x'), action: 'trash' },
    { ids: ['x'], action: 'burn' },
    { ids: ['x'], action: 'move' },
    { ids: ['x'], action: 'tag', tags: [''] },
    { ids: ['x'], action: 'trash', folderId: null },
    { ids: 'x', action: 'trash' },
  ])('is refused whole as %j', async (body) => {
    const answer = await server.ask('POST', '/documents/bulk', body)
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } })
  })
})

it('a server whose quota is reached makes nothing more, and says why', async () => {
  await using own = await weft({ quotas: { documents: 2, documentsPerActor: 0, bytes: 0 } })
  const { id } = await own.create({ content: 'x' })
  await own.create()
  for (const [method, path, body] of [
    ['POST', '/documents', {}],
    ['PUT', '/documents/third', {}],
    ['POST', '/documents', { template: id }],
    ['POST', `/documents/${id}/duplicate`, undefined],
  ] as const)
    expect(await own.ask(method, path, body)).toMatchObject({ status: 409, json: { code: 'quota-reached' } })
  expect((await own.ask('PUT', `/documents/${id}`, {})).json).toMatchObject({ code: 'document-exists' })
  await own.ask('DELETE', `/documents/${id}?forever=true`)
  expect(await own.create()).toMatchObject({ revision: 0 })
})
