import type { DocumentResource, FolderResource } from '@weft/protocol'
import { limits } from '@weft/protocol'
import { anonymous } from '@weft/server/access'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

interface Page {
  readonly documents: readonly DocumentResource[]
  readonly next: string | null
}

async function makeFolder(name: string, parentId: string | null = null): Promise<string> {
  const { json } = await server.ask('POST', '/folders', { name, parentId })
  return (json as FolderResource).id
}

async function titles(query: string, headers = {}): Promise<string[]> {
  const { json } = await server.ask('GET', `/documents?${query}`, undefined, headers)
  return (json as Page).documents.map(({ title }) => title)
}

/** A guest with a cookie of their own, as a browser sends it. */
async function guest(): Promise<Record<string, string>> {
  const { headers } = await server.ask('GET', '/me')
  return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', origin: server.url }
}

describe('folders', () => {
  it('are made, read, moved, renamed and removed', async () => {
    const made = await server.ask('POST', '/folders', { name: '  Plans ' })
    expect(made).toMatchObject({ status: 201, json: { name: 'Plans', parentId: null } })
    const { id } = made.json as FolderResource
    expect(made.headers.get('location')).toBe(`/api/v1/folders/${id}`)
    const inner = await makeFolder('2026', id)
    expect((await server.ask('GET', `/folders/${inner}`)).json).toMatchObject({ parentId: id })
    expect((await server.ask('GET', '/folders')).json).toMatchObject({
      folders: expect.arrayContaining([
        expect.objectContaining({ id }),
        expect.objectContaining({ id: inner }),
      ]),
    })
    const renamed = await server.ask('PATCH', `/folders/${inner}`, { name: 'Next', parentId: null })
    expect(renamed).toMatchObject({ status: 200, json: { name: 'Next', parentId: null } })
    expect((await server.ask('DELETE', `/folders/${inner}`)).status).toBe(204)
    expect((await server.ask('DELETE', `/folders/${inner}`)).status).toBe(404)
  })

  it('say why they cannot be so', async () => {
    const a = await makeFolder('why')
    const b = await makeFolder('inside', a)
    for (const [method, path, body, status, code] of [
      ['POST', '/folders', { name: 'why' }, 409, 'folder-exists'],
      ['POST', '/folders', { name: 'x', parentId: 'x'.repeat(22) }, 422, 'no-such-folder'],
      ['POST', '/folders', { name: 'x', parentId: 'x' }, 400, 'invalid-request'],
      ['POST', '/folders', { name: 'two\nlines' }, 400, 'invalid-request'],
      ['POST', '/folders', { name: 'x'.repeat(limits.folderNameLength + 1) }, 400, 'invalid-request'],
      ['PATCH', `/folders/${a}`, { parentId: b }, 409, 'folder-inside-itself'],
      ['PATCH', `/folders/${a}`, {}, 400, 'invalid-request'],
      ['PATCH', `/folders/${'x'.repeat(22)}`, { name: 'x' }, 404, 'not-found'],
      ['DELETE', `/folders/${a}`, undefined, 409, 'folder-not-empty'],
      ['DELETE', `/folders/${a}?documents=burn`, undefined, 400, 'invalid-request'],
    ] as const)
      expect(await server.ask(method, path, body)).toMatchObject({ status, json: { code } })
  })

  it('are emptied as they are told when they are removed', async () => {
    const top = await makeFolder('emptied')
    const inner = await makeFolder('inner', top)
    const made: DocumentResource[] = []
    for (const folderId of [top, inner, inner]) made.push(await server.create({ folderId }))
    expect((await server.ask('DELETE', `/folders/${inner}?documents=move-up`)).status).toBe(204)
    expect(await titles(`folder=${top}`)).toHaveLength(3)
    const deep = await makeFolder('deep', top)
    const last = await server.create({ folderId: deep })
    expect((await server.ask('DELETE', `/folders/${top}?documents=trash`)).status).toBe(204)
    for (const { id } of [...made, last])
      expect((await server.ask('GET', `/documents/${id}`)).json).toMatchObject({
        trashedAt: expect.any(String),
      })
    expect((await server.ask('GET', `/folders/${deep}`)).status).toBe(404)
    const { events } = (await server.ask('GET', '/events?after=0&wait=0')).json as { events: unknown[] }
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'trashed', document: last.id, actor: anonymous.id }),
    )
    const restored = await server.ask('POST', `/documents/${last.id}/restore`)
    expect(restored.json).toMatchObject({ folderId: null, trashedAt: null })
  })

  it('give what is in them their place, also to a folder of the same name', async () => {
    const outer = await makeFolder('photos')
    const inner = await makeFolder('photos', outer)
    const made = await server.create({ folderId: outer })
    const within = await server.create({ folderId: inner })
    expect((await server.ask('DELETE', `/folders/${outer}?documents=move-up`)).status).toBe(204)
    expect((await server.ask('GET', `/folders/${outer}`)).status).toBe(404)
    expect((await server.ask('GET', `/folders/${inner}`)).json).toMatchObject({
      ...{ name: 'photos', parentId: null },
    })
    expect((await server.ask('GET', `/documents/${made.id}`)).json).toMatchObject({ folderId: null })
    expect((await server.ask('GET', `/documents/${within.id}`)).json).toMatchObject({ folderId: inner })
  })

  it('stay as they are where a name in them is taken above', async () => {
    const place = await makeFolder('place')
    const outer = await makeFolder('outer', place)
    const [free] = [await makeFolder('a free name', outer), await makeFolder('taken', outer)]
    await makeFolder('taken', place)
    const made = await server.create({ folderId: outer })
    expect(await server.ask('DELETE', `/folders/${outer}?documents=move-up`)).toMatchObject({
      ...{ status: 409, json: { code: 'folder-exists' } },
    })
    expect((await server.ask('GET', `/folders/${free}`)).json).toMatchObject({ parentId: outer })
    expect((await server.ask('GET', `/documents/${made.id}`)).json).toMatchObject({ folderId: outer })
  })
})

describe('where a document stands', () => {
  it('is said when it is made, and changed later, field by field', async () => {
    const folderId = await makeFolder('stand')
    const tags = ['#To Do', 'ÄRGER', 'to-do', 'c++', '漢字']
    const made = await server.create({ folderId, tags, isTemplate: true })
    expect(made).toMatchObject({
      ...{ folderId, tags: ['c++', 'to-do', 'ärger', '漢字'], isTemplate: true },
      ...{ pinned: false, starred: false, author: 'guest:anonymous' },
    })
    const path = `/documents/${made.id}`
    const pinned = await server.ask('PATCH', path, { pinned: true, tags: ['one'] })
    expect(pinned.json).toMatchObject({ folderId, tags: ['one'], pinned: true, updatedAt: made.updatedAt })
    const moved = await server.ask('PATCH', path, { folderId: null, isTemplate: false, tags: [] })
    expect(moved.json).toMatchObject({ folderId: null, tags: [], isTemplate: false, pinned: true })
    await server.ask('PATCH', path, { pinned: false })
  })

  it.each([
    [{ tags: ['a b', ''] }, 400, 'tags.1'],
    [{ tags: ['-a'] }, 400, 'tags.0'],
    [{ tags: ['a"b'] }, 400, 'tags.0'],
    [{ tags: ['x'.repeat(41)] }, 400, 'tags.0'],
    [{ tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, 400, 'tags'],
    [{ tags: 'a' }, 400, 'tags'],
    [{ pinned: 'yes' }, 400, 'pinned'],
  ])('refuses %j', async (changes, status, path) => {
    const { id } = await server.create({ tags: ['kept'] })
    const answer = await server.ask('PATCH', `/documents/${id}`, changes)
    expect(answer).toMatchObject({ status, json: { code: 'invalid-request', errors: [{ path }] } })
    expect((await server.ask('GET', `/documents/${id}`)).json).toMatchObject({ tags: ['kept'] })
  })

  it('is no folder that is not there, and nothing is made or changed then', async () => {
    const folderId = 'y'.repeat(22)
    const made = await server.ask('PUT', '/documents/nowhere', { folderId, tags: ['nowhere'] })
    expect(made).toMatchObject({ status: 422, json: { code: 'no-such-folder' } })
    expect((await server.ask('GET', '/documents/nowhere')).status).toBe(404)
    expect(await titles('tag=nowhere')).toEqual([])
    const { id } = await server.create()
    const moved = await server.ask('PATCH', `/documents/${id}`, { folderId, title: 'other' })
    expect(moved).toMatchObject({ status: 422, json: { code: 'no-such-folder' } })
    expect((await server.ask('GET', `/documents/${id}`)).json).toMatchObject({ title: 'Untitled' })
  })
})

describe('lists', () => {
  it('are filtered and sorted by what was asked', async () => {
    const folderId = await makeFolder('listed')
    await server.create({ title: 'b', folderId, tags: ['red', 'big'], kind: 'code' })
    await server.create({ title: 'a', folderId, tags: ['red'] })
    const c = await server.create({ title: 'C', folderId, isTemplate: true })
    await server.ask('PATCH', `/documents/${c.id}`, { pinned: true })
    const inFolder = `folder=${folderId}&sort=title`
    expect(await titles(inFolder)).toEqual(['a', 'b', 'C'])
    expect(await titles(`${inFolder}&order=descending`)).toEqual(['C', 'b', 'a'])
    expect(await titles(`folder=${folderId}&sort=created&order=ascending`)).toEqual(['b', 'a', 'C'])
    expect(await titles(`${inFolder}&tag=RED`)).toEqual(['a', 'b'])
    expect(await titles(`${inFolder}&tag=red&kind=code`)).toEqual(['b'])
    expect(await titles(`${inFolder}&pinned=true`)).toEqual(['C'])
    expect(await titles(`${inFolder}&template=false&pinned=false`)).toEqual(['a', 'b'])
    expect(await titles(`${inFolder}&author=guest:nobody`)).toEqual([])
    expect(await titles(`${inFolder}&author=guest:anonymous&limit=1`)).toEqual(['a'])
    expect(await titles(`folder=none&title=listed-nowhere`)).toEqual([])
  })

  it('take a cursor back only with the query that it came from', async () => {
    const folderId = await makeFolder('cursors')
    for (const title of ['a', 'b', 'c']) await server.create({ title, folderId })
    const { json } = await server.ask('GET', `/documents?folder=${folderId}&sort=title&limit=1`)
    const cursor = `cursor=${(json as Page).next}`
    expect(await titles(`folder=${folderId}&sort=title&limit=2&${cursor}`)).toEqual(['b', 'c'])
    for (const other of [
      'sort=title',
      `folder=${folderId}`,
      `folder=${folderId}&sort=title&order=descending`,
    ]) {
      const answer = await server.ask('GET', `/documents?${other}&${cursor}`)
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-cursor' } })
    }
  })

  it('show each actor their own stars', async () => {
    const [ann, ben] = [await guest(), await guest()]
    const { id } = await server.create({ title: 'starred' })
    const path = `/documents/${id}/star`
    for (const _ of [1, 2]) expect((await server.ask('PUT', path, undefined, ann)).status).toBe(204)
    expect((await server.ask('GET', `/documents/${id}`, undefined, ann)).json).toMatchObject({
      starred: true,
    })
    expect((await server.ask('GET', `/documents/${id}`, undefined, ben)).json).toMatchObject({
      starred: false,
    })
    expect(await titles('starred=true', ann)).toEqual(['starred'])
    expect(await titles('starred=true', ben)).toEqual([])
    for (const _ of [1, 2]) expect((await server.ask('DELETE', path, undefined, ann)).status).toBe(204)
    expect(await titles('starred=true', ann)).toEqual([])
    expect((await server.ask('PUT', '/documents/never-was/star')).status).toBe(404)
  })

  it('of what one had open begin with the latest, and leave out the trash', async () => {
    const ann = await guest()
    const made: DocumentResource[] = []
    for (const title of ['first', 'second', 'third'])
      made.push(await server.create({ title, content: title }))
    const recent = async () => {
      const { json } = await server.ask('GET', '/recent', undefined, ann)
      return (json as { documents: { document: DocumentResource }[] }).documents.map(
        ({ document }) => document.title,
      )
    }
    for (const { id } of [...made, ...made.slice(0, 1)])
      await server.ask('GET', `/documents/${id}/content`, undefined, ann)
    await until(async () => (await recent()).length === 3, { what: 'the openings are stored' })
    expect((await recent())[0]).toBe('first')
    await server.ask('DELETE', `/documents/${made[0]?.id}`)
    expect((await recent()).toSorted()).toEqual(['second', 'third'])
    expect((await server.ask('GET', '/recent', undefined, await guest())).json).toEqual({ documents: [] })
  })

  it('of tags have the most used first', async () => {
    for (const tags of [['listed/one', 'listed/two'], ['listed/two']]) await server.create({ tags })
    const { json } = await server.ask('GET', '/tags?prefix=Listed/')
    expect(json).toEqual({
      tags: [
        { tag: 'listed/two', documents: 2 },
        { tag: 'listed/one', documents: 1 },
      ],
    })
  })
})
