/** Imports of archives that ask for much, and into a server where others tidy up meanwhile. */
import type { DocumentResource, ImportResource } from '@weft/protocol'
import type { Storage } from '@weft/server/storage/storage'
import { describe, expect, it } from 'vitest'
import { endsWhenCreated, imported, postImport } from '../support/imports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { weft } from '../support/weft.ts'
import { zip } from '../support/zip.ts'

describe('an import', () => {
  it('takes few files at a time, however many a text mentions', async () => {
    let open = 0
    let most = 0
    const storage = (real: Storage): Storage => ({
      ...real,
      attachments: {
        ...real.attachments,
        receive: async (...file) => {
          most = Math.max(most, ++open)
          return real.attachments.receive(...file).finally(() => open--)
        },
      },
    })
    await using own = await weft({ storage })
    const pictures = Array.from({ length: 100 }, (_, n) => `${n}.png`)
    const report = await imported(own, [
      { path: 'album.md', content: pictures.map((path) => `![](${path})\n`).join('') },
      ...pictures.map((path) => ({ path, content: path })),
    ])
    expect(report).toMatchObject({ state: 'done', attachments: 100, failed: 0 })
    expect(most).toBeLessThanOrEqual(16)
  })

  it('goes on when somebody throws away a picture that it has just attached', async () => {
    const storage = (real: Storage): Storage => ({
      ...real,
      attachments: {
        ...real.attachments,
        addWith: async (files, create) => {
          if (files.length === 2) await removeOne(real)
          return real.attachments.addWith(files, create)
        },
      },
    })
    await using own = await weft({ storage })
    const report = await imported(own, [
      { path: 'a.md', content: '![](a.png)' },
      { path: 'b.md', content: '![](a.png) ![](b.png)' },
      { path: 'a.png', content: 'a' },
      { path: 'b.png', content: 'b' },
    ])
    expect(report).toMatchObject({ state: 'done', reason: null, documents: 2, attachments: 2, filesDone: 4 })
    expect(report.failures).toEqual([{ path: 'a.png', reason: 'damaged' }])
  })

  it('that ends between a document and its pictures leaves none without', async () => {
    await using folder = await temporaryFolder()
    {
      await using own = await weft({ folder: folder.path, storage: endsWhenCreated })
      const report = await imported(own, [
        { path: 'a.md', content: '![](a.png)' },
        { path: 'a.png', content: 'a' },
      ])
      expect(report).toMatchObject({ state: 'failed' })
    }
    await using again = await weft({ folder: folder.path })
    const { json } = await again.ask('GET', '/documents')
    const [document] = (json as { documents: DocumentResource[] }).documents
    const { text } = await again.ask('GET', `/documents/${document?.id}/content`)
    const [, address = ''] = /\((.*)\)/.exec(text) ?? []
    expect(await (await fetch(`${again.url}${address}`)).text()).toBe('a')
  })

  it('puts what was for a folder that somebody removes meanwhile above it', async () => {
    const storage = (real: Storage): Storage => ({
      ...real,
      documents: {
        ...real.documents,
        create: async (draft) => {
          if (draft.folder != null && draft.title === 'a') await real.folders.remove(draft.folder)
          return real.documents.create(draft)
        },
      },
    })
    await using own = await weft({ storage })
    const files = ['gone/a.md', 'kept/b.md'].map((path) => ({ path, content: 'x' }))
    const report = await imported(own, files)
    expect(report).toMatchObject({ state: 'done', documents: 2, failed: 0 })
    expect(report.repairs).toEqual([{ path: 'gone/a.md', repairs: ['moved-up'] }])
  })

  it('stops in the middle of the folders that a list names without end', async () => {
    const opened = Promise.withResolvers<void>()
    let made = 0
    const storage = (real: Storage): Storage => ({
      ...real,
      folders: {
        ...real.folders,
        create: async (draft) => {
          made++
          await opened.promise
          return real.folders.create(draft)
        },
      },
    })
    await using own = await weft({ storage })
    const folders = Array.from({ length: 1_000 }, (_, n) => ({ path: `${n}`, name: `${n}` }))
    const list = JSON.stringify({ weft: 1, folders, documents: [] })
    const answer = await postImport(own, 'a.zip', zip([{ path: 'manifest.json', content: list }]))
    const path = (answer.headers.get('location') ?? '').replace('/api/v1', '')
    await until(() => made === 1)
    expect((await own.ask('DELETE', path)).status).toBe(204)
    opened.resolve()
    await until(async () => ((await own.ask('GET', path)).json as ImportResource).state === 'cancelled')
    expect(made).toBe(1)
  })

  it('passes over a folder that lies deeper than anything', async () => {
    const folders = [{ path: 'a/'.repeat(100_000), name: 'a' }]
    const list = JSON.stringify({ weft: 1, folders, documents: [] })
    await using own = await weft()
    const report = await imported(own, [
      { path: 'manifest.json', content: list },
      { path: 'b.md', content: 'b' },
    ])
    expect(report).toMatchObject({ state: 'done', reason: null, documents: 1 })
  })
})

async function removeOne({ attachments }: Storage): Promise<void> {
  const [document] = await until(async () => {
    const found = await attachments.documents(null, 1)
    return found.length === 0 ? null : found
  })
  if (document === undefined) throw new Error('nothing is attached')
  for (const { id } of await attachments.list(document)) await attachments.remove(id)
}
