/**
 * What every Storage promises for finding documents again, beside folders:
 *
 * O4  Lists are filtered by all that documents have, alone and together, in every order, each document once.
 * O5  Where a document stands does not count as a change of it.
 * O6  Tags are counted outside the trash.
 * O7  Stars are each actor's own.
 * O8  The latest openings of each actor are kept.
 * O9  What is deleted for good is nowhere to be found, takes no updates, and its id is not given again.
 * O10 Tags come and go one by one, whoever else changes them, up to their limit.
 */
import { type FolderId, limits } from '@weft/protocol'
import {
  DocumentExists,
  type DocumentQuery,
  type DocumentRecord,
  LimitReached,
  type Storage,
} from '@weft/server/storage/storage'
import { DocumentGone } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { random } from '../support/random.ts'
import { type Adapter, draft, entry, type OpenStorage, range, texts } from './adapter.ts'
import { newFolder } from './folders.ts'

export function organisingSuite(adapter: Adapter): void {
  describe(`organising: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
    })
    afterAll(() => open.discard())

    async function listed(query: Partial<DocumentQuery>): Promise<readonly DocumentRecord[]> {
      const found: DocumentRecord[] = []
      for (let after: DocumentQuery['after'] = null; ; ) {
        const page = await storage.documents.list({ trashed: false, title: null, limit: 7, ...query, after })
        found.push(...page.documents)
        if (page.next === null) return found
        after = page.next
      }
    }

    test('[O4] every filter and every order, alone and together, in pages (seed 4)', async () => {
      const own = await adapter.open()
      const { documents, marks } = own.storage
      const dice = random(4)
      const places: (FolderId | null)[] = [null]
      for (const _ of range(2)) {
        places.push((await newFolder(own.storage)).id)
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
      const folder = await newFolder(storage)
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
      // Nor by a way around: its place was taken while it was in the trash.
      expect(await documents.restore(again, 6)).toMatchObject({ isPinned: false, trashedAt: null })
      await documents.trash(extra.id, 7)
      expect(await documents.restore(extra.id, 8)).toMatchObject({ isPinned: true })
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
      await documents.restore(b.id, 7)
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

    test('[O9] only what is in the trash is deleted for good, and then nothing finds it', async () => {
      const { documents, updates, history } = storage
      const first = entry('hello')
      const [kept, gone] = [
        await documents.create(draft({ title: 'buried', first })),
        await documents.create(draft({ title: 'buried', first, tags: ['buried'] })),
      ]
      await storage.marks.star('guest:ann', gone.id, 1)
      await storage.marks.noteOpenings([{ actor: 'guest:pat', document: gone.id, at: 1 }])
      await updates.append(gone.id, [entry('more')])
      await documents.trash(gone.id, 5)
      expect(await documents.trashedBefore(5, 9)).not.toContain(gone.id)
      expect(await documents.trashedBefore(6, 9)).toContain(gone.id)
      expect(await documents.purge([kept.id, gone.id, draft().id], 9)).toEqual([gone.id])
      expect(await documents.purge([gone.id], 9)).toEqual([])
      expect(await documents.get(gone.id)).toBeNull()
      expect(await documents.getMany([gone.id, kept.id])).toEqual([kept])
      expect(await documents.restore(gone.id, 7)).toBeNull()
      expect(await documents.trash(gone.id, 9)).toBeNull()
      expect(await documents.update(gone.id, { title: 'back' }, 9)).toBeNull()
      expect(await listed({ title: 'buried', trashed: true })).toEqual([])
      expect(await listed({ title: 'buried' })).toEqual([kept])
      expect(await documents.trashedBefore(99, 99)).not.toContain(gone.id)
      await expect(updates.append(gone.id, [entry('late')])).rejects.toBeInstanceOf(DocumentGone)
      await expect(updates.read(gone.id, 0)).rejects.toBeInstanceOf(DocumentGone)
      await expect(history.read(gone.id, 1)).rejects.toBeInstanceOf(DocumentGone)
      await expect(documents.create(draft({ id: gone.id }))).rejects.toBeInstanceOf(DocumentExists)
      await storage.marks.star('guest:pat', gone.id, 1)
      expect(await listed({ starred: { by: 'guest:pat', is: true } })).toEqual([])
      expect(texts((await updates.read(kept.id, 0)).updates)).toEqual(['hello'])
    })

    test('[O9] of a purge that races a restore, one wins', async () => {
      for (const _ of range(20)) {
        const { id } = await storage.documents.create(draft({ first: entry('kept') }))
        await storage.documents.trash(id, 5)
        const [purged, restored] = await Promise.all([
          storage.documents.purge([id], 9),
          storage.documents.restore(id, 7),
        ])
        expect(purged.length === 1).toBe(restored === null)
        if (restored !== null) expect(texts((await storage.updates.read(id, 0)).updates)).toEqual(['kept'])
      }
    })

    test('[O10] tags that many add and take away at once all come and go', async () => {
      const { id } = await storage.documents.create(draft({ tags: ['old', 'stays'] }))
      const retag = (remove: readonly string[], add: readonly string[]) =>
        storage.documents.update(id, { retag: { remove, add } }, 5)
      await Promise.all([...range(10).map((number) => retag([], [`t${number}`])), retag(['old'], ['t0'])])
      const expected = [...range(10).map((number) => `t${number}`), 'stays'].toSorted()
      expect((await storage.documents.get(id))?.tags.toSorted()).toEqual(expected)
      const many = range(limits.tagsPerDocument).map((number) => `many${number}`)
      await expect(retag([], many)).rejects.toBeInstanceOf(LimitReached)
      expect(await retag(expected, many)).toMatchObject({ tags: many.toSorted() })
      const one = await storage.documents.tags({ prefix: 'many0', limit: 5 })
      expect(one).toEqual([{ tag: 'many0', documents: 1 }])
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
