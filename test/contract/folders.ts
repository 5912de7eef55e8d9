/**
 * What every FolderStore promises:
 *
 * O1  Folders are a tree: no cycle, no two of one name in one place, no deeper and no more than the limits.
 * O2  A folder that is not empty is not removed, whoever races it.
 * O3  A document stands in a folder that is there; restored from the trash it is in its folder, if that still is.
 */
import { type FolderId, limits, parseFolderId } from '@weft/protocol'
import { FolderMissing, type FolderRecord, type Storage } from '@weft/server/storage/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Adapter, draft, type OpenStorage, range } from './adapter.ts'

let folders = 0

function folderId(): FolderId {
  const id = parseFolderId(String(++folders).padStart(22, 'f'))
  if (id === null) throw new RangeError('no folder id')
  return id
}

function folderDraft(named: Partial<FolderRecord> = {}): FolderRecord {
  const id = folderId()
  return { id, name: `Folder ${id}`, parent: null, createdBy: 'guest:ann', createdAt: 1_000, ...named }
}

/** One that must be made. */
export async function newFolder(storage: Storage, named: Partial<FolderRecord> = {}): Promise<FolderRecord> {
  const folder = await storage.folders.create(folderDraft(named))
  if ('refused' in folder) throw new Error(`no folder: ${folder.refused}`)
  return folder
}

export function foldersSuite(adapter: Adapter): void {
  describe(`folders: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
    })
    afterAll(() => open.discard())

    test('[O1] folders are made, renamed, moved and removed', async () => {
      const top = await newFolder(storage, { name: 'Größe' })
      const inner = await newFolder(storage, { name: 'inner', parent: top.id })
      expect(await storage.folders.get(inner.id)).toEqual(inner)
      expect(await storage.folders.list()).toEqual(expect.arrayContaining([top, inner]))
      expect(await storage.folders.change(inner.id, { name: 'renamed' })).toEqual({
        ...inner,
        name: 'renamed',
      })
      expect(await storage.folders.change(inner.id, { parent: null })).toMatchObject({ parent: null })
      expect(await storage.folders.remove(inner.id)).toBeNull()
      expect(await storage.folders.remove(inner.id)).toBeNull()
      expect(await storage.folders.get(inner.id)).toBeNull()
      expect(await storage.folders.change(inner.id, { name: 'x' })).toBeNull()
    })

    test('[O1] no folder is inside itself, in a place that is not there, or of a name that is taken', async () => {
      const top = await newFolder(storage)
      const middle = await newFolder(storage, { parent: top.id })
      const low = await newFolder(storage, { parent: middle.id, name: 'low' })
      for (const parent of [top.id, middle.id, low.id])
        expect(await storage.folders.change(top.id, { parent })).toEqual({ refused: 'inside-itself' })
      expect(await storage.folders.change(top.id, { parent: folderId() })).toEqual({ refused: 'no-parent' })
      expect(await storage.folders.create(folderDraft({ parent: folderId() }))).toEqual({
        refused: 'no-parent',
      })
      const taken = folderDraft({ parent: middle.id, name: 'low' })
      expect(await storage.folders.create(taken)).toEqual({ refused: 'exists' })
      const elsewhere = await newFolder(storage, { parent: top.id, name: 'low' })
      expect(await storage.folders.change(elsewhere.id, { parent: middle.id })).toEqual({ refused: 'exists' })
      expect(await storage.folders.change(low.id, { name: 'low' })).toEqual(low)
    })

    test('[O1] neither making nor moving goes deeper than the limit', async () => {
      const chain: FolderRecord[] = []
      for (const _ of range(limits.folderDepth))
        chain.push(await newFolder(storage, { parent: chain.at(-1)?.id ?? null }))
      const deepest = chain.at(-1)?.id ?? null
      expect(await storage.folders.create(folderDraft({ parent: deepest }))).toEqual({ refused: 'too-deep' })
      const pair = await newFolder(storage)
      await newFolder(storage, { parent: pair.id })
      const [last, before] = [chain.at(-2)?.id ?? null, chain.at(-3)?.id ?? null]
      expect(await storage.folders.change(pair.id, { parent: last })).toEqual({ refused: 'too-deep' })
      expect(await storage.folders.change(pair.id, { parent: before })).toMatchObject({ parent: before })
    })

    test('[O1] of two moves that would close a circle together, one is refused', async () => {
      for (const _ of range(10)) {
        const [a, b] = [await newFolder(storage), await newFolder(storage)]
        const results = await Promise.all([
          storage.folders.change(a.id, { parent: b.id }),
          storage.folders.change(b.id, { parent: a.id }),
        ])
        expect(results.filter((result) => result !== null && 'refused' in result)).toHaveLength(1)
      }
    })

    test('[O2] a folder with a folder or a document in it stays; one with thrown-away documents goes', async () => {
      const top = await newFolder(storage)
      const inner = await newFolder(storage, { parent: top.id })
      expect(await storage.folders.remove(top.id)).toEqual({ refused: 'not-empty' })
      const { id } = await storage.documents.create(draft({ folder: inner.id }))
      expect(await storage.folders.remove(inner.id)).toEqual({ refused: 'not-empty' })
      await storage.documents.trash(id, 5)
      expect(await storage.folders.remove(inner.id)).toBeNull()
      expect(await storage.folders.remove(top.id)).toBeNull()
    })

    test('[O2] of documents that race the removal, those that resolved keep the folder', async () => {
      for (const round of range(20)) {
        const folder = await newFolder(storage)
        const creating = storage.documents.create(draft({ folder: folder.id }))
        const removing = storage.folders.remove(folder.id)
        const created = await creating.catch((error: unknown) => {
          expect(error).toBeInstanceOf(FolderMissing)
          return null
        })
        expect([round, (await removing) !== null]).toEqual([round, created !== null])
        expect((await storage.folders.get(folder.id)) !== null).toBe(created !== null)
      }
    })

    test('[O3] a document is put only into a folder that is there', async () => {
      const absent = folderId()
      await expect(storage.documents.create(draft({ folder: absent }))).rejects.toBeInstanceOf(FolderMissing)
      const folder = await newFolder(storage)
      const created = await storage.documents.create(draft({ folder: folder.id }))
      expect(created.folder).toBe(folder.id)
      const moving = storage.documents.update(created.id, { folder: absent }, 5)
      await expect(moving).rejects.toBeInstanceOf(FolderMissing)
      expect(await storage.documents.get(created.id)).toEqual(created)
      expect(await storage.documents.update(created.id, { folder: null }, 5)).toEqual({
        ...created,
        folder: null,
      })
    })

    test('[O3] restoring brings a document to its folder if that is there, else to the top', async () => {
      const [stays, goes] = [await newFolder(storage), await newFolder(storage)]
      const there = await storage.documents.create(draft({ folder: stays.id, tags: ['a'] }))
      const gone = await storage.documents.create(draft({ folder: goes.id }))
      for (const { id } of [there, gone]) await storage.documents.trash(id, 5)
      await storage.folders.remove(goes.id)
      expect(await storage.documents.restore(there.id, 7)).toEqual(there)
      expect(await storage.documents.restore(gone.id, 7)).toEqual({ ...gone, folder: null })
    })
  })
}
