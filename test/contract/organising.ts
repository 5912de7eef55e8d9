/**
 * What every Storage promises for finding documents again:
 *
 * O1  Folders are a tree: no cycle, no two of one name in one place, no deeper and no more than the limits.
 * O2  A folder that is not empty is not removed, whoever races it.
 * O3  A document stands in a folder that is there; restored from the trash it is in its folder, if that still is.
 * O4  Lists are filtered by all that documents have, alone and together, in every order, each document once.
 * O5  Where a document stands does not count as a change of it.
 * O6  Tags are counted outside the trash.
 * O7  Stars are each actor's own.
 * O8  The latest openings of each actor are kept.
 */
import { type FolderId, limits, parseFolderId } from '@weft/protocol'
import {
  type DocumentQuery,
  type DocumentRecord,
  FolderMissing,
  type FolderRecord,
  LimitReached,
  type Storage,
} from '@weft/server/storage/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { random } from '../support/random.ts'
import { type Adapter, draft, entry, type OpenStorage, range } from './adapter.ts'

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

export function organisingSuite(adapter: Adapter): void {
  describe(`organising: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
    })
    afterAll(() => open.discard())

    async function newFolder(named: Partial<FolderRecord> = {}): Promise<FolderRecord> {
      const folder = await storage.folders.create(folderDraft(named))
      if ('refused' in folder) throw new Error(`no folder: ${folder.refused}`)
      return folder
    }

    async function listed(query: Partial<DocumentQuery>): Promise<readonly DocumentRecord[]> {
      const found: DocumentRecord[] = []
      for (let after: DocumentQuery['after'] = null; ; ) {
        const page = await storage.documents.list({ trashed: false, title: null, limit: 7, ...query, after })
        found.push(...page.documents)
        if (page.next === null) return found
        after = page.next
      }
    }

    test('[O1] folders are made, renamed, moved and removed', async () => {
      const top = await newFolder({ name: 'Größe' })
      const inner = await newFolder({ name: 'inner', parent: top.id })
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
      const top = await newFolder()
      const middle = await newFolder({ parent: top.id })
      const low = await newFolder({ parent: middle.id, name: 'low' })
      for (const parent of [top.id, middle.id, low.id])
        expect(await storage.folders.change(top.id, { parent })).toEqual({ refused: 'inside-itself' })
      expect(await storage.folders.change(top.id, { parent: folderId() })).toEqual({ refused: 'no-parent' })
      expect(await storage.folders.create(folderDraft({ parent: folderId() }))).toEqual({
        refused: 'no-parent',
      })
      const taken = folderDraft({ parent: middle.id, name: 'low' })
      expect(await storage.folders.create(taken)).toEqual({ refused: 'exists' })
      const elsewhere = await newFolder({ parent: top.id, name: 'low' })
      expect(await storage.folders.change(elsewhere.id, { parent: middle.id })).toEqual({ refused: 'exists' })
      expect(await storage.folders.change(low.id, { name: 'low' })).toEqual(low)
    })

    test('[O1] neither making nor moving goes deeper than the limit', async () => {
      const chain: FolderRecord[] = []
      for (const _ of range(limits.folderDepth))
        chain.push(await newFolder({ parent: chain.at(-1)?.id ?? null }))
      const deepest = chain.at(-1)?.id ?? null
      expect(await storage.folders.create(folderDraft({ parent: deepest }))).toEqual({ refused: 'too-deep' })
      const pair = await newFolder()
      await newFolder({ parent: pair.id })
      const [last, before] = [chain.at(-2)?.id ?? null, chain.at(-3)?.id ?? null]
      expect(await storage.folders.change(pair.id, { parent: last })).toEqual({ refused: 'too-deep' })
      expect(await storage.folders.change(pair.id, { parent: before })).toMatchObject({ parent: before })
    })

    test('[O1] of two moves that would close a circle together, one is refused', async () => {
      for (const _ of range(10)) {
        const [a, b] = [await newFolder(), await newFolder()]
        const results = await Promise.all([
          storage.folders.change(a.id, { parent: b.id }),
          storage.folders.change(b.id, { parent: a.id }),
        ])
        expect(results.filter((result) => result !== null && 'refused' in result)).toHaveLength(1)
      }
    })

    test('[O2] a folder with a folder or a document in it stays; one with thrown-away documents goes', async () => {
      const top = await newFolder()
      const inner = await newFolder({ parent: top.id })
      expect(await storage.folders.remove(top.id)).toEqual({ refused: 'not-empty' })
      const { id } = await storage.documents.create(draft({ folder: inner.id }))
      expect(await storage.folders.remove(inner.id)).toEqual({ refused: 'not-empty' })
      await storage.documents.trash(id, 5)
      expect(await storage.folders.remove(inner.id)).toBeNull()
      expect(await storage.folders.remove(top.id)).toBeNull()
    })

    test('[O2] of documents that race the removal, those that resolved keep the folder', async () => {
      for (const round of range(20)) {
        const folder = await newFolder()
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
      const folder = await newFolder()
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
      const [stays, goes] = [await newFolder(), await newFolder()]
      const there = await storage.documents.create(draft({ folder: stays.id, tags: ['a'] }))
      const gone = await storage.documents.create(draft({ folder: goes.id }))
      for (const { id } of [there, gone]) await storage.documents.trash(id, 5)
      await storage.folders.remove(goes.id)
      expect(await storage.documents.restore(there.id)).toEqual(there)
      expect(await storage.documents.restore(gone.id)).toEqual({ ...gone, folder: null })
    })

    test('[O4] every filter and every order, alone and together, in pages (seed 4)', async () => {
      const own = await adapter.open()
      const { documents, folders: tree, marks } = own.storage
      const dice = random(4)
      const places: (FolderId | null)[] = [null]
      for (const _ of range(2)) {
        const folder = await tree.create(folderDraft())
        if (!('refused' in folder)) places.push(folder.id)
      }
      const authors = ['guest:ann', 'guest:ben', 'user:eve'] as const
      const titles = ['Ärger', 'zebra', 'Zebra', 'a', '🧵', '\uffdc', '漢字', '𠀀'] as const
      const starred = new Set<string>()
      for (const number of range(60)) {
        const { id } = await documents.create(
          draft({
            title: dice.pick(titles),
            createdAt: dice.below(9),
            createdBy: dice.pick(authors),
            kind: dice.pick(['markdown', 'code']),
            folder: dice.pick(places),
            tags: ['plan', 'todo'].filter(() => dice.chance(0.4)),
            isTemplate: dice.chance(0.2),
          }),
        )
        if (dice.chance(0.5)) await own.storage.updates.append(id, [entry('x', { at: dice.below(9) })])
        if (dice.chance(0.3)) await documents.update(id, { isPinned: true }, 0)
        if (dice.chance(0.3)) {
          await marks.star('guest:ann', id, number)
          starred.add(id)
        }
        if (dice.chance(0.3)) await documents.trash(id, number)
      }
      const all = [
        ...(await pages(own.storage, { trashed: false })),
        ...(await pages(own.storage, { trashed: true })),
      ]
      expect(all).toHaveLength(60)
      for (const _ of range(150)) {
        const query: Partial<DocumentQuery> = {
          trashed: dice.chance(0.4),
          limit: 1 + dice.below(9),
          sort: dice.pick(['updated', 'created', 'title']),
          order: dice.pick(['ascending', 'descending']),
          ...(dice.chance(0.2) && { title: dice.pick(['e', 'zeb', '字']) }),
          ...(dice.chance(0.3) && { folder: dice.pick(places) ?? 'none' }),
          ...(dice.chance(0.3) && { tag: dice.pick(['plan', 'todo', 'none']) }),
          ...(dice.chance(0.3) && { starred: { by: 'guest:ann', is: dice.chance(0.5) } }),
          ...(dice.chance(0.3) && { isPinned: dice.chance(0.5) }),
          ...(dice.chance(0.2) && { isTemplate: dice.chance(0.5) }),
          ...(dice.chance(0.2) && { author: dice.pick(authors) }),
          ...(dice.chance(0.2) && { kind: dice.pick(['markdown', 'code']) }),
        }
        const expected = all.filter((record) => fits(record, query, starred)).sort(order(query))
        const found = await pages(own.storage, query)
        expect([query, found.map(({ id }) => id)]).toEqual([query, expected.map(({ id }) => id)])
      }
      await own.discard()
    })

    test('[O4] documents that do not change are each seen once while others do, in every order', async () => {
      for (const sort of ['updated', 'created', 'title'] as const) {
        const title = `moving by ${sort}`
        const ids = []
        for (const number of range(30))
          ids.push(
            (
              await storage.documents.create(
                draft({ title: `${title} ${number % 7}`, createdAt: number % 5 }),
              )
            ).id,
          )
        const seen: string[] = []
        let moves = 0
        for (let after: DocumentQuery['after'] = null; ; ) {
          const page = await storage.documents.list({ trashed: false, title, sort, limit: 4, after })
          seen.push(...page.documents.map(({ id }) => id))
          if (page.next === null) break
          after = page.next
          const mover = ids[moves % 10]
          if (mover !== undefined)
            await storage.documents.update(mover, { title: `${title} ${moves % 11}` }, 2_000 + moves++)
        }
        for (const quiet of ids.slice(10)) expect(seen.filter((id) => id === quiet)).toHaveLength(1)
      }
    })

    test('[O5] folder, tags, pin and template are no change of the document', async () => {
      const folder = await newFolder()
      const created = await storage.documents.create(draft())
      const changes = { folder: folder.id, tags: ['a', 'b'], isPinned: true, isTemplate: true }
      expect(await storage.documents.update(created.id, changes, 9_000)).toEqual({ ...created, ...changes })
      expect(await storage.documents.get(created.id)).toEqual({ ...created, ...changes })
      expect(await storage.documents.update(created.id, { isPinned: false }, 9_000)).toMatchObject({
        ...{ folder: folder.id, tags: ['a', 'b'], isPinned: false, updatedAt: created.updatedAt },
      })
    })

    test('[O5] no more than so many are pinned', async () => {
      const own = await adapter.open()
      const { documents } = own.storage
      const made = await Promise.all(range(limits.pinnedDocuments + 1).map(() => documents.create(draft())))
      const [extra, ...others] = made
      if (extra === undefined) throw new Error('nothing made')
      await Promise.all(others.map(({ id }) => documents.update(id, { isPinned: true }, 0)))
      await expect(documents.update(extra.id, { isPinned: true }, 0)).rejects.toBeInstanceOf(LimitReached)
      const again = others[0]?.id ?? extra.id
      expect(await documents.update(again, { isPinned: true }, 0)).toMatchObject({ isPinned: true })
      await documents.trash(again, 5)
      expect(await documents.update(extra.id, { isPinned: true }, 0)).toMatchObject({ isPinned: true })
      await own.discard()
    })

    test('[O6] tags are counted, the most used first, without the trash', async () => {
      const own = await adapter.open()
      const { documents } = own.storage
      const [a, b] = [
        await documents.create(draft({ tags: ['plan', 'todo'] })),
        await documents.create(draft({ tags: ['plan', 'größe'] })),
      ]
      const tags = (prefix = '') => documents.tags({ prefix, limit: 10 })
      expect(await tags()).toEqual([
        { tag: 'plan', documents: 2 },
        { tag: 'größe', documents: 1 },
        { tag: 'todo', documents: 1 },
      ])
      expect(await tags('g')).toEqual([{ tag: 'größe', documents: 1 }])
      expect(await documents.tags({ prefix: '', limit: 1 })).toEqual([{ tag: 'plan', documents: 2 }])
      await documents.update(a.id, { tags: ['todo'] }, 0)
      await documents.trash(b.id, 5)
      expect(await tags()).toEqual([{ tag: 'todo', documents: 1 }])
      await documents.restore(b.id)
      expect((await tags()).map(({ tag }) => tag)).toEqual(['größe', 'plan', 'todo'])
      await own.discard()
    })

    test('[O7] stars are each actor’s own, and bounded', async () => {
      const { marks } = storage
      const [a, b] = [await storage.documents.create(draft()), await storage.documents.create(draft())]
      for (const _ of range(2)) await marks.star('guest:ann', a.id, 1)
      await marks.star('guest:ben', b.id, 1)
      expect(await marks.starred('guest:ann', [a.id, b.id])).toEqual([a.id])
      expect((await listed({ starred: { by: 'guest:ben', is: true } })).map(({ id }) => id)).toEqual([b.id])
      for (const _ of range(2)) await marks.unstar('guest:ann', a.id)
      expect(await marks.starred('guest:ann', [a.id, b.id])).toEqual([])
      await marks.star('guest:ann', draft().id, 1)
      expect(await listed({ starred: { by: 'guest:ann', is: true } })).toEqual([])
    })

    test('[O8] the latest openings of each actor are kept, once each', async () => {
      const { marks } = storage
      const made = await Promise.all(
        range(limits.recentPerActor + 5).map(() => storage.documents.create(draft())),
      )
      const ids = made.map(({ id }) => id)
      const opening = (number: number, at: number) => {
        const document = ids[number]
        if (document === undefined) throw new RangeError('no such document')
        return { actor: 'guest:ann', document, at }
      }
      await marks.noteOpenings(ids.map((_, number) => opening(number, number)))
      await marks.noteOpenings([opening(7, 5_000), opening(8, 1)])
      await marks.noteOpenings([{ actor: 'guest:ben', document: draft().id, at: 1 }])
      const found = await marks.openings('guest:ann')
      expect(found).toHaveLength(limits.recentPerActor)
      expect(found.slice(0, 2)).toEqual([opening(7, 5_000), opening(ids.length - 1, ids.length - 1)])
      expect(found.at(-1)).toEqual(opening(5, 5))
      expect(await marks.openings('guest:ben')).toEqual([])
      await marks.forgetOpenings(5_000)
      expect(await marks.openings('guest:ann')).toEqual([opening(7, 5_000)])
    })
  })
}

async function pages(storage: Storage, query: Partial<DocumentQuery>): Promise<readonly DocumentRecord[]> {
  const found: DocumentRecord[] = []
  for (let after: DocumentQuery['after'] = null; ; ) {
    const page = await storage.documents.list({ trashed: false, title: null, limit: 7, ...query, after })
    found.push(...page.documents)
    if (page.next === null) return found
    after = page.next
  }
}

function fits(record: DocumentRecord, query: Partial<DocumentQuery>, starred: ReadonlySet<string>): boolean {
  return (
    (record.trashedAt !== null) === query.trashed &&
    (query.title == null || record.title.toLowerCase().includes(query.title)) &&
    (query.folder === undefined || (record.folder ?? 'none') === query.folder) &&
    (query.tag === undefined || record.tags.includes(query.tag)) &&
    (query.starred === undefined || starred.has(record.id) === query.starred.is) &&
    (query.isPinned === undefined || record.isPinned === query.isPinned) &&
    (query.isTemplate === undefined || record.isTemplate === query.isTemplate) &&
    (query.author === undefined || record.createdBy === query.author) &&
    (query.kind === undefined || record.kind === query.kind)
  )
}

function order(query: Partial<DocumentQuery>): (a: DocumentRecord, b: DocumentRecord) => number {
  const key = ({ updatedAt, createdAt, title }: DocumentRecord) =>
    query.sort === 'title'
      ? [...title.toLowerCase().normalize('NFKC')].map((character) => character.codePointAt(0) ?? 0)
      : [query.sort === 'created' ? createdAt : updatedAt]
  const sign = query.order === 'ascending' ? 1 : -1
  return (a, b) => {
    const [x, y] = [key(a), key(b)]
    for (const index of range(Math.max(x.length, y.length))) {
      const difference = (x[index] ?? -1) - (y[index] ?? -1)
      if (difference !== 0) return sign * difference
    }
    return sign * (a.id < b.id ? -1 : 1)
  }
}
