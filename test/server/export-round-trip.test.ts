/** Everything goes out as an archive, and comes in again elsewhere. */
import type { AttachmentResource, DocumentResource, FolderResource } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { contentsOf, exported } from '../support/exports.ts'
import { imported } from '../support/imports.ts'
import { random, seeds } from '../support/random.ts'
import { type Weft, weft } from '../support/weft.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

/** What people see of a server: each document by its place, with its text, where ids are names. */
async function seen(own: Weft) {
  const { folders } = (await own.ask('GET', '/folders')).json as { folders: FolderResource[] }
  const pathOf = (id: string | null): string => {
    const folder = folders.find((known) => known.id === id)
    return folder === undefined ? '' : `${pathOf(folder.parentId)}/${folder.name}`
  }
  const { documents } = (await own.ask('GET', '/documents?limit=100&sort=title')).json as {
    documents: DocumentResource[]
  }
  const names = new Map(documents.map(({ id, title }) => [id, title]))
  const files = []
  for (const { id } of documents) {
    const { attachments } = (await own.ask('GET', `/documents/${id}/attachments`)).json as {
      attachments: AttachmentResource[]
    }
    for (const attachment of attachments) names.set(attachment.id, attachment.name)
    for (const { name, type, url } of attachments)
      files.push([names.get(id), name, type, Buffer.from(await (await fetch(url)).bytes()).toString('hex')])
  }
  const texts = []
  for (const { id, title, kind, language, tags, isTemplate, folderId } of documents) {
    const part = kind === 'yjs' ? 'state' : 'content'
    const { text } = await own.ask('GET', `/documents/${id}/${part}`)
    const named = text.replace(/(?<=\/(?:d|attachments)\/)[\w-]{22}/g, (other) => names.get(other) ?? other)
    texts.push({
      title,
      kind,
      language,
      tags,
      isTemplate,
      folder: pathOf(folderId),
      text: kind === 'yjs' ? text.includes('in a type') : named,
    })
  }
  return {
    folders: folders.map(({ id }) => pathOf(id)).sort(),
    texts: texts.map((text) => JSON.stringify(text)).sort(),
    files: files.map((file) => JSON.stringify(file)).sort(),
  }
}

async function folder(own: Weft, name: string, parentId: string | null = null): Promise<string> {
  return ((await own.ask('POST', '/folders', { name, parentId })).json as FolderResource).id
}

async function attach(own: Weft, id: string, name: string, body: string | Uint8Array): Promise<string> {
  const answer = await own.ask('POST', `/documents/${id}/attachments?name=${encodeURIComponent(name)}`, body)
  return (answer.json as AttachmentResource).id
}

async function append(own: Weft, id: string, text: string): Promise<void> {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, await (await fetch(`${own.url}/api/v1/documents/${id}/state`)).bytes())
  const before = Y.encodeStateVector(doc)
  doc.getText('content').insert(doc.getText('content').length, text)
  const update = Y.encodeStateAsUpdate(doc, before)
  await own.ask('POST', `/documents/${id}/updates`, update, { 'content-type': 'application/octet-stream' })
}

describe('everything', () => {
  it('is an archive to look at, and imported elsewhere it is the same again', async () => {
    await using one = await weft()
    await using other = await weft()
    const work = await folder(one, 'Work: 2026/27')
    const deep = await folder(one, 'deep', work)
    await folder(one, 'attachments')
    await folder(one, 'empty', deep)
    const plain = await one.create({ title: 'Same title', content: 'plain', kind: 'text' })
    const [first, second] = [
      await one.create({
        title: 'Same title',
        content: '# Not the title\n',
        folderId: work,
        tags: ['a', 'b'],
      }),
      await one.create({ title: 'same TITLE', content: 'second', folderId: work, isTemplate: true }),
    ]
    await one.create({ title: 'manifest', content: '{}', kind: 'code', language: 'json' })
    await one.create({ title: 'prog', content: 'x\n', kind: 'code', language: 'c++', folderId: deep })
    await one.create({ title: '', content: '' }).catch(() => one.create({ content: '' }))
    const picture = await attach(one, first.id, 'a picture (1).png', png)
    const unmentioned = await attach(one, first.id, 'notes ü.txt', 'kept too')
    await attach(one, second.id, 'a picture (1).png', png)
    await append(
      one,
      first.id,
      `![p](/attachments/${picture}) [x](</attachments/${unmentioned}>)\n[s](/d/${second.id}#h) [p](/d/${plain.id}) \`/d/nobody\` [no](/d/nobody)\n`,
    )
    const before = await seen(one)
    const archive = await exported(one)
    const files = await contentsOf(archive)
    expect([...files.keys()].sort()).toEqual([
      'Same title.txt',
      'Untitled.md',
      'Work- 2026-27/Same title.md',
      'Work- 2026-27/deep/prog.cpp',
      'Work- 2026-27/same TITLE (2).md',
      'attachments/a picture (1) (2).png',
      'attachments/a picture (1).png',
      'attachments/notes ü.txt',
      'manifest (2).json',
      'manifest.json',
    ])
    expect(files.get('Work- 2026-27/Same title.md')).toBe(
      `# Not the title\n![p](../attachments/a%20picture%20%281%29.png) [x](<../attachments/notes%20%C3%BC.txt>)\n[s](same%20TITLE%20%282%29.md#h) [p](../Same%20title.txt) \`/d/nobody\` [no](/d/nobody)\n`,
    )
    const report = await imported(other, archive)
    expect(report).toMatchObject({ state: 'done', documents: 6, attachments: 3, failed: 0 })
    const after = await seen(other)
    expect(after).toEqual(before)
    // And once more: nothing grows on the way.
    await using third = await weft()
    await imported(third, await exported(other))
    expect(await seen(third)).toEqual(after)
  })

  it('comes back with what is strange in it: a first character that looks like a mark, a zero, a name of litter', async () => {
    await using one = await weft()
    await using other = await weft()
    const texts = ['\ufeffmarked', '\ufeff\ufefftwice', 'a\0b']
    for (const [n, content] of texts.entries())
      await one.create({ title: `strange ${n}`, content, kind: 'text' })
    const { id } = await one.create({ title: 'with a file', content: '' })
    for (const name of ['Thumbs.db', 'con.png', 'desktop.ini']) await attach(one, id, name, name)
    const report = await imported(other, await exported(one))
    expect(report).toMatchObject({ state: 'done', documents: 4, attachments: 3, failed: 0 })
    for (const [n, content] of texts.entries()) {
      const made = report.created.find(({ title }) => title === `strange ${n}`)
      const answer = await fetch(`${other.url}/api/v1/documents/${made?.id}/content`)
      expect(Buffer.from(await answer.bytes()).toString()).toBe(content)
    }
    expect(await seen(other)).toEqual(await seen(one))
  })

  it('of nothing is an archive with an empty list, named after the day', async () => {
    await using own = await weft()
    const { headers } = await own.ask('HEAD', '/export')
    expect(headers.get('content-type')).toBe('application/zip')
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename=weft-\d{4}-\d\d-\d\d\.zip$/)
    const files = await contentsOf(await exported(own))
    expect([...files.keys()]).toEqual(['manifest.json'])
    expect(JSON.parse(files.get('manifest.json') ?? '')).toMatchObject({
      weft: 1,
      folders: [],
      documents: [],
      missing: [],
    })
  })

  it('leaves out the trash', async () => {
    await using own = await weft()
    await own.create({ title: 'kept', content: 'x' })
    const { id } = await own.create({ title: 'thrown away', content: 'x' })
    await own.ask('DELETE', `/documents/${id}`)
    expect([...(await contentsOf(await exported(own))).keys()]).toEqual(['kept.md', 'manifest.json'])
  })

  it.each(seeds(3))('of any titles and folders comes back as it was (seed %i)', async (seed) => {
    const dice = random(seed)
    await using one = await weft()
    await using other = await weft()
    const words = [
      'CON',
      'a',
      'A',
      'ä',
      'a\u0308',
      '..',
      '.git',
      'a/b',
      'a\\b',
      'x'.repeat(100),
      '🌍',
      'name.md',
      'a (2)',
      'manifest.json',
      'attachments',
      '%41',
      '&amp;',
      '#',
      '?',
      '__MACOSX',
    ]
    const folders: (string | null)[] = [null]
    for (let n = 0; n < 8; n++) {
      const made = await one.ask('POST', '/folders', { name: dice.pick(words), parentId: dice.pick(folders) })
      if (made.status === 201) folders.push((made.json as FolderResource).id)
    }
    for (let n = 0; n < 25; n++) {
      const kind = dice.pick(['markdown', 'text', 'code'])
      const content = `${dice.pick(words)}\n`.repeat(dice.below(4))
      await one.create({ title: `${dice.pick(words)} ${n}`, kind, content, folderId: dice.pick(folders) })
    }
    const report = await imported(other, await exported(one))
    expect(report).toMatchObject({ state: 'done', documents: 25, failed: 0 })
    expect(await seen(other)).toEqual(await seen(one))
  })
})
