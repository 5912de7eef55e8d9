import {
  type AttachmentResource,
  type DocumentResource,
  type FolderResource,
  type ImportResource,
  limits,
} from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { countDocuments, imported, postImport } from '../support/imports.ts'
import { type Weft, weft } from '../support/weft.ts'
import { zip } from '../support/zip.ts'

let server: Weft
beforeAll(async () => {
  server = await weft({ bounds: { importBytes: 20_000_000, attachmentBytes: 50_000 } })
})
afterAll(() => server.close())

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

function nested(levels: number): unknown {
  return levels === 0 ? [] : [nested(levels - 1)]
}

function typesNested(levels: number): Y.Map<unknown> {
  return levels === 0 ? new Y.Map() : new Y.Map([['inside', typesNested(levels - 1)]])
}

async function contentOf(own: Weft, report: ImportResource, path: string): Promise<string> {
  const id = report.created.find((document) => document.path === path)?.id
  return (await own.ask('GET', `/documents/${id}/content`)).text
}

describe('a single file', () => {
  it.each([
    ['notes.md', '# Hello\r\n', { title: 'Hello', kind: 'markdown' }, '# Hello\n', ['line-ends']],
    ['notes.txt', '# Hello\n', { title: 'notes', kind: 'text' }, '# Hello\n', null],
    ['main.rs', 'fn main() {}\n', { title: 'main', kind: 'code', language: 'rust' }, 'fn main() {}\n', null],
    [
      'page.html',
      '<title>T</title><p>a <b>b</b>',
      { title: 'T', kind: 'markdown' },
      'a **b**\n',
      ['converted-from-html'],
    ],
    ['empty.md', '\ufeff', { title: 'empty', kind: 'markdown', revision: 0 }, '', ['byte-order-mark']],
  ])('%s is a document when the answer comes', async (name, body, fields, text, repairs) => {
    const answer = await postImport(server, name, body)
    expect(answer.status).toBe(201)
    const location = (answer.headers.get('location') ?? '').replace('/api/v1', '')
    expect((await server.ask('GET', location)).json).toMatchObject(fields)
    expect((await server.ask('GET', `${location}/content`)).text).toBe(text)
    expect(answer.json).toMatchObject({
      state: 'done',
      ...{ documents: 1, filesTotal: 1, filesDone: 1, failed: 0, failures: [] },
      repairs: repairs === null ? [] : [{ path: name, repairs }],
    })
    const { id } = answer.json as ImportResource
    expect((await server.ask('GET', `/imports/${id}`)).json).toEqual(answer.json)
  })

  it('without a name goes by its type', async () => {
    const answer = await postImport(server, null, '# Piped\n', 'text/markdown; charset=utf-8')
    expect(answer).toMatchObject({ status: 201, json: { created: [{ title: 'Piped' }] } })
  })

  it.each([
    ['a.exe', 'MZ', 'none of those'],
    [null, 'x', 'without a name'],
    ['a.md', Buffer.from('Grüße', 'latin1'), 'neither UTF-8 nor UTF-16'],
    ['a.md', Uint8Array.of(0, 1, 2), 'no text'],
    ['a.yjs', 'x', 'cannot be converted'],
    ['a.docx', zip([{ path: 'x.xml' }]), 'none of those'],
  ])('%s with %j is refused, and why', async (name, body, why) => {
    const before = await countDocuments(server)
    const answer = await postImport(server, name, body)
    expect(answer).toMatchObject({ status: 422, json: { code: 'not-importable' } })
    expect((answer.json as { detail: string }).detail).toContain(why)
    expect(await countDocuments(server)).toBe(before)
  })

  it('that is too large is refused', async () => {
    const answer = await postImport(server, 'a.md', 'x'.repeat(20_000_001))
    expect(answer).toMatchObject({ status: 413, json: { code: 'too-large' } })
    expect(await postImport(server, 'a.md', 'x'.repeat(16 * 1024 * 1024 + 1))).toMatchObject({
      status: 422,
      json: { code: 'not-importable' },
    })
  })

  it.each([
    ['values that nest too deep', nested(limits.nesting + 10)],
    ['types that nest too deep', typesNested(limits.typeNesting + 10)],
  ])('of Yjs that no room opens is refused: %s', async (_, value) => {
    const doc = new Y.Doc()
    doc.getArray<unknown>('list').insert(0, [value])
    const answer = await postImport(server, 'a.yjs', Y.encodeStateAsUpdate(doc))
    expect(answer).toMatchObject({ status: 422, json: { code: 'not-importable' } })
  })

  it('of Yjs becomes the document that it was', async () => {
    const { id } = await server.create({ content: 'as it was' })
    const state = await fetch(`${server.url}/api/v1/documents/${id}/state`)
    const answer = await postImport(server, 'copy.yjs', new Uint8Array(await state.arrayBuffer()))
    const [made] = (answer.json as ImportResource).created
    expect((await server.ask('GET', `/documents/${made?.id}`)).json).toMatchObject({
      kind: 'yjs',
      title: 'copy',
    })
    const copy = await fetch(`${server.url}/api/v1/documents/${made?.id}/state`)
    expect(Buffer.from(await copy.arrayBuffer()).includes('as it was')).toBe(true)
  })
})

describe('an archive', () => {
  it('becomes documents that lead to each other, with the pictures that they show', async () => {
    const report = await imported(server, [
      { path: 'notes/a.md', content: '# A\n\n![p](../img/p.png) [b](b.md#x)\n', deflated: true },
      { path: 'notes/b.md', content: '# B\n\n![p](../img/p.png)\n' },
      { path: 'img/p.png', content: png, deflated: true },
      { path: 'img/unused.png', content: png },
      { path: '__MACOSX/notes/._a.md', content: 'litter' },
      { path: 'bad.md', content: Buffer.from('Grüße', 'latin1') },
      { path: '../up.md', content: 'x' },
      { path: 'inner.zip', content: zip([{ path: 'x.md' }]) },
    ])
    expect(report).toMatchObject({
      ...{ state: 'done', name: 'a.zip', reason: null, documents: 2, attachments: 2 },
      ...{ filesTotal: 7, filesDone: 7, failed: 4 },
    })
    expect(report.failures).toEqual(
      expect.arrayContaining([
        { path: '../up.md', reason: 'unsafe-path' },
        { path: 'bad.md', reason: 'not-utf-8' },
        { path: 'img/unused.png', reason: 'unused' },
        { path: 'inner.zip', reason: 'unused' },
      ]),
    )
    const b = report.created.find(({ path }) => path === 'notes/b.md')
    const text = await contentOf(server, report, 'notes/a.md')
    const [, attachment = ''] =
      /^# A\n\n!\[p\]\(\/attachments\/([\w-]{22})\) \[b\]\(\/d\/([\w-]{22})#x\)\n$/.exec(text) ?? []
    expect(text).toContain(`(/d/${b?.id}#x)`)
    const picture = await fetch(`${server.url}/attachments/${attachment}`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(png)
    const { json } = await server.ask('GET', `/documents/${b?.id}/attachments`)
    expect(json).toMatchObject({ attachments: [{ name: 'p.png', bytes: png.length }] })
    expect((json as { attachments: AttachmentResource[] }).attachments[0]?.id).not.toBe(attachment)
  })

  it('with a picture that is too large or damaged makes the documents, and says so', async () => {
    const report = await imported(server, [
      { path: 'a.md', content: '![large](large.png) ![torn](torn.png)' },
      { path: 'large.png', content: Buffer.concat([png, Buffer.alloc(50_000)]) },
      { path: 'torn.png', content: png, deflated: true, saysBytes: png.length + 1 },
    ])
    expect(report).toMatchObject({ state: 'done', documents: 1, attachments: 0 })
    expect(report.failures.toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
      { path: 'large.png', reason: 'too-large' },
      { path: 'torn.png', reason: 'damaged' },
    ])
    expect(await contentOf(server, report, 'a.md')).toContain('![large](large.png)')
  })

  it('has its folders here, and finds those that are there already', async () => {
    const made = await server.ask('POST', '/folders', { name: 'Notes' })
    const deep = Array.from({ length: 25 }, (_, n) => `d${n}`).join('/')
    const report = await imported(server, [
      { path: 'Notes/a.md', content: 'a' },
      { path: 'Notes/More of them/b.md', content: 'b' },
      { path: 'c.md', content: 'c' },
      { path: `${deep}/d.md`, content: 'd' },
      { path: `${'x'.repeat(120)}/e.md`, content: 'e' },
      { path: 'pictures/only.png', content: png },
    ])
    expect(report).toMatchObject({ documents: 5, failed: 1 })
    expect(report.repairs).toEqual([{ path: `${deep}/d.md`, repairs: ['moved-up'] }])
    const { json } = await server.ask('GET', '/folders')
    const { folders } = json as { folders: FolderResource[] }
    const pathOf = (id: string | null): string => {
      const folder = folders.find((known) => known.id === id)
      return folder === undefined ? '' : `${pathOf(folder.parentId)}/${folder.name}`
    }
    const places = await Promise.all(
      report.created.map(async ({ path, id }) => {
        const { folderId } = (await server.ask('GET', `/documents/${id}`)).json as DocumentResource
        return [path.slice(-4), pathOf(folderId)] as const
      }),
    )
    const [top = '', ...others] = deep.split('/')
    expect(Object.fromEntries(places)).toEqual({
      'a.md': '/Notes',
      'b.md': '/Notes/More of them',
      'c.md': '',
      'd.md': `/${[top, ...others].slice(0, 20).join('/')}`,
      'e.md': `/${'x'.repeat(100)}`,
    })
    expect(folders.filter(({ name }) => name === 'Notes')).toEqual([made.json])
    expect(folders.some(({ name }) => name === 'pictures')).toBe(false)
  })

  it('goes into the folder that is asked for, if there is one', async () => {
    const { json } = await server.ask('POST', '/folders', { name: 'Inbox' })
    const { id } = json as FolderResource
    const single = await server.ask('POST', `/import?name=a.md&folder=${id}`, 'x')
    const [document] = (single.json as ImportResource).created
    expect((await server.ask('GET', `/documents/${document?.id}`)).json).toMatchObject({ folderId: id })
    const nowhere = await server.ask('POST', `/import?name=a.md&folder=${'x'.repeat(22)}`, 'x')
    expect(nowhere).toMatchObject({ status: 422, json: { code: 'no-such-folder' } })
  })

  it.each([
    ['no archive', Buffer.from('PK\x03\x04 but nothing follows')],
    ['all names', zip(Array.from({ length: 2_100 }, (_, n) => ({ path: `${n}.md`.padStart(4_000, 'x') })))],
    ['a bomb', zip(Array.from({ length: 5 }, (_, n) => ({ path: `${n}.md`, saysBytes: 2 ** 30 })))],
  ])('that is %s fails with the reason, and nothing is made', async (_, bytes) => {
    const before = await countDocuments(server)
    expect(await imported(server, bytes)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/.+/),
      documents: 0,
    })
    expect(await countDocuments(server)).toBe(before)
  })

  it('whose texts unpack without end is stopped at the size that it said', async () => {
    const report = await imported(server, [
      { path: 'bomb.md', content: 'x'.repeat(30_000_000), deflated: true, saysBytes: 100 },
      { path: 'huge.md', content: 'x'.repeat(17 * 1024 * 1024), deflated: true },
      { path: 'good.md', content: 'good' },
    ])
    expect(report).toMatchObject({ state: 'done', documents: 1, failed: 2 })
  })

  it('that is empty makes nothing', async () => {
    expect(await imported(server, [])).toMatchObject({ state: 'done', filesTotal: 0, documents: 0 })
  })
})
