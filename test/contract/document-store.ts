/**
 * What every DocumentStore promises:
 *
 * D1  A created document is there as it was drafted: revision 0, or 1 with its first entry.
 * D2  Nobody sees a document without its first entry.
 * D3  An id is given once, also when many ask at once, and also while its document is in the trash.
 * D4  A change touches what it names and the time of change; none in the trash.
 * D5  The trash can be entered and left, again and again, and changes nothing else.
 * D6  An append moves revision and time of change.
 * D7  Lists are newest change first; pages hold every document once, also when times are equal.
 * D8  A list shows the trash or what is outside it, never both.
 * D9  Titles are searched by any part, without case in any script; no character is special.
 * D10 While documents change, a list that is paged through misses and repeats none of the others.
 * D11 Any title comes back as it was.
 */
import type { DocumentId } from '@weft/protocol'
import {
  DocumentExists,
  type DocumentQuery,
  type DocumentRecord,
  type DocumentStore,
  type Storage,
} from '@weft/server/storage/storage'
import { DocumentGone } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Adapter, documentId, draft, entry, folded, type OpenStorage, range, texts } from './adapter.ts'

export function documentStoreSuite(adapter: Adapter): void {
  describe(`document store: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage
    let documents: DocumentStore

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
      documents = storage.documents
    })
    afterAll(() => open.discard())

    async function allPages(query: Partial<DocumentQuery> = {}): Promise<readonly DocumentRecord[]> {
      const found: DocumentRecord[] = []
      for (let after: DocumentQuery['after'] = null; ; ) {
        const page = await documents.list({ trashed: false, title: null, limit: 3, ...query, after })
        expect(page.documents.length).toBeLessThanOrEqual(query.limit ?? 3)
        found.push(...page.documents)
        if (page.next === null) return found
        after = page.next
      }
    }

    test('[D1] a document is there as it was drafted', async () => {
      const drafted = draft({ kind: 'code', language: 'typescript', createdBy: 'user:bob' })
      const { first: _, ...named } = drafted
      const standing = { folder: null, tags: [], isPinned: false, isTemplate: false }
      const expected = { ...named, ...standing, revision: 0, updatedAt: drafted.createdAt, trashedAt: null }
      expect(await documents.create(drafted)).toEqual(expected)
      expect(await documents.get(drafted.id)).toEqual(expected)
      expect(await documents.getMany([draft().id, drafted.id])).toEqual([expected])
      expect(await documents.getMany([])).toEqual([])
      expect(await documents.get(draft().id)).toBeNull()
    })

    test('[D1] every kind, and ids of 1 and of 64 characters', async () => {
      for (const kind of ['markdown', 'text', 'code', 'yjs'] as const)
        expect(await documents.create(draft({ kind }))).toMatchObject({ kind })
      for (const id of [documentId('a'), documentId('Z_-9'.repeat(16))])
        expect(await documents.create(draft({ id }))).toMatchObject({ id })
    })

    test('[D1] the first entry is revision 1 and can be read at once', async () => {
      const first = entry('hello')
      const creating = documents.create(draft({ first }))
      first.update.fill(0)
      const { id, revision } = await creating
      expect(revision).toBe(1)
      const { updates, head } = await storage.updates.read(id, 0)
      expect([texts(updates), head]).toEqual([['hello'], 1])
      expect(await storage.updates.append(id, [entry('more')])).toBe(2)
    })

    test('[D2] a reader that races the creation finds nothing or all of it', async () => {
      let found = 0
      for (const _ of range(20)) {
        const drafted = draft({ first: entry('hello') })
        const creating = documents.create(drafted)
        for (let done = false; !done; ) {
          const slice = await storage.updates.read(drafted.id, 0).catch((error: unknown) => {
            expect(error).toBeInstanceOf(DocumentGone)
            return null
          })
          if (slice === null) continue
          expect([texts(slice.updates), slice.head]).toEqual([['hello'], 1])
          found++
          done = true
        }
        await creating
      }
      expect(found).toBe(20)
    })

    test('[D3] a taken id is refused and its document unchanged, also in the trash', async () => {
      const drafted = draft({ first: entry('mine') })
      await documents.create(drafted)
      const other = draft({ id: drafted.id, first: entry('theirs') })
      await expect(documents.create(other)).rejects.toBeInstanceOf(DocumentExists)
      await documents.trash(drafted.id, 5)
      await expect(documents.create(other)).rejects.toBeInstanceOf(DocumentExists)
      const restored = await documents.restore(drafted.id, 7)
      expect(restored).toMatchObject({ title: drafted.title, lineage: drafted.lineage, revision: 1 })
      expect(texts((await storage.updates.read(drafted.id, 0)).updates)).toEqual(['mine'])
    })

    test('[D3] of 20 who create one id at once, one succeeds', async () => {
      const { id } = draft()
      const tries = range(20).map((number) => draft({ id, first: entry(`${number}`), title: `${number}` }))
      const results = await Promise.allSettled(tries.map((one) => documents.create(one)))
      const winners = results.filter((result) => result.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      const record = await documents.get(id)
      expect(texts((await storage.updates.read(id, 0)).updates)).toEqual([record?.title])
    })

    test('[D4] a change touches what it names, and the time of change', async () => {
      const created = await documents.create(draft({ language: 'css' }))
      const renamed = await documents.update(created.id, { title: 'Renamed' }, 1_770_000_000_000)
      expect(renamed).toEqual({ ...created, title: 'Renamed', updatedAt: 1_770_000_000_000 })
      const cleared = await documents.update(created.id, { language: null }, 1_770_000_000_001)
      expect(cleared).toEqual({ ...renamed, language: null, updatedAt: 1_770_000_000_001 })
      expect(await documents.get(created.id)).toEqual(cleared)
    })

    test('[D4] nothing is changed in the trash, nor where nothing is', async () => {
      const { id, title } = await documents.create(draft())
      await documents.trash(id, 5)
      expect(await documents.update(id, { title: 'Other' }, 6)).toBeNull()
      expect(await documents.get(id)).toMatchObject({ title })
      expect(await documents.update(draft().id, { title: 'Other' }, 6)).toBeNull()
    })

    test('[D5] into the trash and out of it, twice each, and nothing else changes', async () => {
      const created = await documents.create(draft())
      const trashed = await documents.trash(created.id, 5)
      expect(trashed).toEqual({ ...created, trashedAt: 5 })
      expect(await documents.trash(created.id, 9)).toEqual(trashed)
      expect(await documents.get(created.id)).toEqual(trashed)
      expect(await documents.restore(created.id, 7)).toEqual(created)
      expect(await documents.restore(created.id, 7)).toEqual(created)
      expect(await documents.trash(created.id, 9)).toEqual({ ...created, trashedAt: 9 })
      const absent = draft().id
      expect([await documents.trash(absent, 5), await documents.restore(absent, 7)]).toEqual([null, null])
    })

    test('[D6] an append moves the revision and the time of change', async () => {
      const created = await documents.create(draft())
      await storage.updates.append(created.id, [entry('a', { at: 1 }), entry('b', { at: 1_780_000_000_000 })])
      const changed = { ...created, revision: 2, updatedAt: 1_780_000_000_000 }
      expect(await documents.get(created.id)).toEqual(changed)
      await storage.updates.fold(created.id, folded('ab'), 2)
      expect(await documents.get(created.id)).toEqual(changed)
    })

    test('[D7] newest change first, every document once, also when most times are equal', async () => {
      const created: DocumentRecord[] = []
      for (const number of range(31))
        created.push(await documents.create(draft({ title: `paged ${number}`, createdAt: number % 3 })))
      const expected = created.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id > b.id ? -1 : 1))
      for (const limit of [1, 4, 31, 100]) expect(await allPages({ title: 'paged', limit })).toEqual(expected)
    })

    test('[D7] the last page says so, also when it is full', async () => {
      for (const _ of range(4)) await documents.create(draft({ title: 'four of these' }))
      const query = { trashed: false, title: 'four of', after: null }
      const [whole, part] = [
        await documents.list({ ...query, limit: 4 }),
        await documents.list({ ...query, limit: 3 }),
      ]
      expect(whole.documents).toHaveLength(4)
      expect(whole.next).toBeNull()
      expect(part.next).toEqual({ key: part.documents[2]?.updatedAt, id: part.documents[2]?.id })
      const rest = await documents.list({ ...query, limit: 3, after: part.next })
      expect([rest.documents.length, rest.next]).toEqual([1, null])
    })

    test('[D7] whatever changed last comes first', async () => {
      const ids: DocumentId[] = []
      for (const number of range(4))
        ids.push((await documents.create(draft({ title: 'risen', createdAt: number }))).id)
      const [a, b, c, d] = ids
      if (a === undefined || b === undefined) throw new Error('no documents')
      await storage.updates.append(a, [entry('x', { at: 100 })])
      await documents.update(b, { language: 'css' }, 200)
      expect((await allPages({ title: 'risen' })).map(({ id }) => id)).toEqual([b, a, d, c])
    })

    test('[D8] the trash and the rest are listed apart', async () => {
      const [kept, binned] = [
        await documents.create(draft({ title: 'apart' })),
        await documents.create(draft({ title: 'apart' })),
      ]
      const trashed = await documents.trash(binned.id, 5)
      expect(await allPages({ title: 'apart' })).toEqual([kept])
      expect(await allPages({ title: 'apart', trashed: true })).toEqual([trashed])
      expect((await allPages({ limit: 50 })).every(({ trashedAt }) => trashedAt === null)).toBe(true)
      expect((await allPages({ limit: 50, trashed: true })).every((one) => one.trashedAt !== null)).toBe(true)
    })

    test.each([
      ['Größe und ÄRGER', 'grösse', true],
      ['Größe und ÄRGER', 'ärger', true],
      ['ΟΔΟΣΑ', 'οδος', true],
      ['Привет, Мир', 'ПРИВЕТ', true],
      ['İstanbul', 'i̇stan', true],
      ['ｆｕｌｌ ｗｉｄｔｈ', 'Full', true],
      ['e\u0301te\u0301', 'ÉTÉ', true],
      ['100% sure', '0% S', true],
      ['100 percent', '100%', false],
      ['snake_case', 'E_C', true],
      ['snake case', 'snake_case', false],
      ['back\\slash', 'K\\S', true],
      ['it\'s "quoted"', '\'S "q', true],
      ['👩‍👩‍👧 family', '👩‍👩‍👧 F', true],
      ['plain', 'plainer', false],
    ])('[D9] is %j found by %j? %s', async (title, part, isFound) => {
      const { id } = await documents.create(draft({ title }))
      expect((await allPages({ title: part })).some((record) => record.id === id)).toBe(isFound)
      await documents.update(id, { title: 'renamed away' }, 1)
      expect((await allPages({ title: part })).some((record) => record.id === id)).toBe(false)
    })

    test('[D10] documents that do not change are each seen once while others do', async () => {
      const ids: DocumentId[] = []
      for (const number of range(40))
        ids.push((await documents.create(draft({ title: 'moving', createdAt: number % 5 }))).id)
      const seen: DocumentId[] = []
      let at = 1_000
      for (let after: DocumentQuery['after'] = null; ; ) {
        const page = await documents.list({ trashed: false, title: 'moving', limit: 3, after })
        seen.push(...page.documents.map(({ id }) => id))
        if (page.next === null) break
        after = page.next
        const mover = ids[at % 10]
        if (mover !== undefined) await storage.updates.append(mover, [entry('x', { at: at++ })])
      }
      for (const quiet of ids.slice(10)) expect(seen.filter((id) => id === quiet)).toHaveLength(1)
    })

    test('[D11] titles of any script, with quotes, signs and line ends', async () => {
      for (const title of [
        'שלום עולם',
        '漢字かな',
        "Robert'); DROP TABLE documents;--",
        'a\tb\nc',
        '🧵',
        '?1 :a @b $c',
      ]) {
        const { id } = await documents.create(draft({ title }))
        expect(await documents.get(id)).toMatchObject({ title })
      }
    })
  })
}
