/**
 * What every UpdateLog promises:
 *
 * L1  Positions are per document, 1, 2, 3, …; an append resolves with that of its last entry.
 * L2  Appends at the same time get positions without gaps and never share one; entries of one append stay together.
 * L3  No reader ever sees a part of an append.
 * L4  A read gives all that comes after a position, oldest first, and what the document is.
 * L5  An append to a document that is absent or in the trash is refused and leaves nothing.
 * L6  When appends race the trash, those that resolved are in the log, and the others are not.
 * L7  Bytes are copied on the way in and on the way out.
 * L8  After a fold the snapshot stands for what was folded; later entries stay.
 * L9  Folding again, or less than before, changes nothing.
 * L10 A fold that races appends loses none of them.
 * L11 A fold beyond the end of the log, or of a document that is gone, is refused and changes nothing.
 * L12 Any bytes of any length come back as they were.
 * L14 The index of a snapshot comes back with it, as it was given.
 * L13 Who wrote each entry, and whose the client ids of a snapshot are, comes back with it.
 */
import type { DocumentId } from '@weft/protocol'
import type { Storage } from '@weft/server/storage/storage'
import { DocumentGone, type UpdateLog } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { random } from '../support/random.ts'
import { type Adapter, documentId, draft, entry, folded, type OpenStorage, range, texts } from './adapter.ts'

export function updateLogSuite(adapter: Adapter): void {
  describe(`update log: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage
    let log: UpdateLog

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
      log = storage.updates
    })
    afterAll(() => open.discard())

    async function newDocument(): Promise<DocumentId> {
      return (await storage.documents.create(draft())).id
    }

    test('[L1] positions start at 1 and go on without gaps, for each document by itself', async () => {
      const [one, other] = [await newDocument(), await newDocument()]
      expect(await log.append(one, [entry('a')])).toBe(1)
      expect(await log.append(one, [entry('b'), entry('c'), entry('d')])).toBe(4)
      expect(await log.append(other, [entry('x')])).toBe(1)
      expect(await log.append(one, [entry('e')])).toBe(5)
      expect(texts((await log.read(one, 0)).updates)).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(texts((await log.read(other, 0)).updates)).toEqual(['x'])
    })

    test('[L1] an append of nothing changes nothing and resolves with the end of the log', async () => {
      const document = await newDocument()
      expect(await log.append(document, [])).toBe(0)
      await log.append(document, [entry('a')])
      const before = await storage.documents.get(document)
      expect(await log.append(document, [])).toBe(1)
      expect(await storage.documents.get(document)).toEqual(before)
    })

    test('[L2] 300 appends at once, to three documents, fill their logs without gaps', async () => {
      const documents = [await newDocument(), await newDocument(), await newDocument()]
      const sizes = random(7)
      const appends = range(300).map((number) => ({
        document: documents[number % 3] ?? documentId('none'),
        names: range(1 + sizes.below(3)).map((part) => `${number}.${part}`),
      }))
      const ends = await Promise.all(
        appends.map(({ document, names }) =>
          log.append(
            document,
            names.map((name) => entry(name)),
          ),
        ),
      )
      for (const document of documents) {
        const { updates, head } = await log.read(document, 0)
        const stored = texts(updates)
        expect(stored).toHaveLength(head)
        expect(new Set(stored).size).toBe(head)
        for (const [index, append] of appends.entries()) {
          if (append.document !== document) continue
          const end = ends[index] ?? 0
          expect(stored.slice(end - append.names.length, end)).toEqual(append.names)
        }
      }
    })

    test('[L3] a reader sees all entries of an append or none', async () => {
      const document = await newDocument()
      const appends = range(40).map((number) =>
        log.append(
          document,
          range(5).map((part) => entry(`${number}.${part}`)),
        ),
      )
      let done = false
      const all = Promise.all(appends).finally(() => {
        done = true
      })
      while (!done) {
        const { updates, head } = await log.read(document, 0)
        expect(head % 5).toBe(0)
        expect(updates).toHaveLength(head)
      }
      await all
      expect((await log.read(document, 0)).head).toBe(200)
    })

    test('[L3] what has resolved, the next read sees', async () => {
      const document = await newDocument()
      for (const round of range(30, 1)) {
        const position = await log.append(document, [entry(`${round}`)])
        const { head, updates } = await log.read(document, position - 1)
        expect(head).toBe(position)
        expect(texts(updates)).toEqual([`${round}`])
      }
    })

    test('[L4] a read gives what comes after the position, and what the document is', async () => {
      const { id } = await storage.documents.create(draft({ kind: 'code', lineage: 'the-lineage' }))
      expect(await log.read(id, 0)).toEqual({
        updates: [],
        actors: [],
        index: null,
        owners: new Map(),
        head: 0,
        lineage: 'the-lineage',
        kind: 'code',
      })
      await log.append(id, [entry('a'), entry('b'), entry('c')])
      const rest = await log.read(id, 1)
      expect({ ...rest, updates: texts(rest.updates) }).toEqual({
        updates: ['b', 'c'],
        actors: ['guest:ann', 'guest:ann'],
        index: null,
        owners: new Map(),
        head: 3,
        lineage: 'the-lineage',
        kind: 'code',
      })
      expect((await log.read(id, 3)).updates).toEqual([])
      // A reader that was at another copy of the database may be ahead.
      expect(await log.read(id, 9)).toMatchObject({ updates: [], head: 3 })
    })

    test('[L13] who wrote what comes back, of folded entries as the fold said', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a', { actor: 'guest:ann' }), entry('b', { actor: 'token:robot' })])
      expect((await log.read(document, 0)).actors).toEqual(['guest:ann', 'token:robot'])
      const owners = new Map([
        [7, 'guest:ann'],
        [2 ** 32 - 1, 'guest:ann'],
        [3, 'token:robot'],
      ])
      await log.fold(document, { ...folded('ab'), owners }, 2)
      await log.append(document, [entry('c', { actor: 'guest:ben' })])
      const slice = await log.read(document, 0)
      expect(slice.actors).toEqual([null, 'guest:ben'])
      expect(slice.owners).toEqual(owners)
      expect((await log.read(document, 2)).owners).toEqual(new Map())
    })

    test('[L14] the index of a snapshot comes back with it, and only with it', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a'), entry('b'), entry('c')])
      const index = Uint8Array.of(7, 8, 9)
      const folding = log.fold(document, { ...folded('a'), index }, 1)
      index.fill(0)
      await folding
      expect((await log.read(document, 0)).index).toEqual(Uint8Array.of(7, 8, 9))
      expect((await log.read(document, 1)).index).toBeNull()
      await log.fold(document, { ...folded('ab'), index: new Uint8Array() }, 2)
      expect((await log.read(document, 0)).index).toEqual(new Uint8Array())
      await log.fold(document, folded('abc'), 3)
      expect((await log.read(document, 0)).index).toBeNull()
    })

    test('[L5] a document that never was takes no entries and gives none', async () => {
      const absent = draft().id
      await expect(log.append(absent, [entry('a')])).rejects.toBeInstanceOf(DocumentGone)
      await expect(log.append(absent, [])).rejects.toBeInstanceOf(DocumentGone)
      await expect(log.read(absent, 0)).rejects.toBeInstanceOf(DocumentGone)
      expect(await storage.documents.get(absent)).toBeNull()
    })

    test('[L5] a document in the trash takes no entries until it is restored, and loses none', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a')])
      await storage.documents.trash(document, 1)
      await expect(log.append(document, [entry('b')])).rejects.toBeInstanceOf(DocumentGone)
      await expect(log.read(document, 0)).rejects.toBeInstanceOf(DocumentGone)
      expect(await storage.documents.get(document)).toMatchObject({ revision: 1 })
      await storage.documents.restore(document, 7)
      expect(await log.append(document, [entry('c')])).toBe(2)
      expect(texts((await log.read(document, 0)).updates)).toEqual(['a', 'c'])
    })

    test('[L6] of the appends that race the trash, exactly those that resolved are in the log', async () => {
      let refused = 0
      for (const round of range(30)) {
        const document = await newDocument()
        const appends = range(12).map((number) => ({ names: [`${number}.0`, `${number}.1`], at: number }))
        const results: Promise<unknown>[] = []
        let trashing: Promise<unknown> = Promise.resolve()
        for (const { names, at } of appends) {
          if (at === round % 12) trashing = storage.documents.trash(document, 1)
          results.push(
            log.append(
              document,
              names.map((name) => entry(name)),
            ),
          )
        }
        const settled = await Promise.allSettled(results)
        await trashing
        await storage.documents.restore(document, 7)
        const stored = texts((await log.read(document, 0)).updates)
        const expected = appends.flatMap(({ names }, index) => {
          const result = settled[index]
          if (result?.status === 'fulfilled') return names
          expect(result?.reason).toBeInstanceOf(DocumentGone)
          refused++
          return []
        })
        expect(stored.toSorted()).toEqual(expected.toSorted())
      }
      expect(refused).toBeGreaterThan(0)
    })

    test('[L7] the caller may reuse its bytes and its list as soon as append and fold have returned', async () => {
      const document = await newDocument()
      const socketBuffer = new TextEncoder().encode('....abc....')
      const entries = [entry('', { update: socketBuffer.subarray(4, 7) })]
      const appended = log.append(document, entries)
      socketBuffer.fill(0)
      entries.length = 0
      await appended
      expect(texts((await log.read(document, 0)).updates)).toEqual(['abc'])

      const snapshot = new TextEncoder().encode('folded')
      const folding = log.fold(document, folded(snapshot), 1)
      snapshot.fill(0)
      await folding
      expect(texts((await log.read(document, 0)).updates)).toEqual(['folded'])
    })

    test('[L7] the bytes of the caller stay usable, whole and unchanged', async () => {
      const document = await newDocument()
      const pooled = Buffer.from('pooled')
      await log.append(document, [entry('', { update: pooled }), entry('', { update: pooled.subarray(2) })])
      await log.fold(document, folded(pooled), 1)
      expect(pooled.toString()).toBe('pooled')
      expect(texts((await log.read(document, 0)).updates)).toEqual(['pooled', 'oled'])
    })

    test('[L7] what a reader does to its bytes, no other reader sees', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a'), entry('b')])
      await log.fold(document, folded('folded'), 1)
      for (const update of (await log.read(document, 0)).updates) update.fill(0)
      expect(texts((await log.read(document, 0)).updates)).toEqual(['folded', 'b'])
    })

    test('[L8] the snapshot stands for what was folded, and only for readers who lack some of it', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a'), entry('b'), entry('c'), entry('d')])
      await log.fold(document, folded('abc'), 3)
      const readings = await Promise.all(range(5).map((after) => log.read(document, after)))
      expect(readings.map(({ updates }) => texts(updates))).toEqual([
        ['abc', 'd'],
        ['abc', 'd'],
        ['abc', 'd'],
        ['d'],
        [],
      ])
      expect(readings.map(({ head }) => head)).toEqual([4, 4, 4, 4, 4])
      expect(await log.append(document, [entry('e')])).toBe(5)
      await log.fold(document, folded('abcde'), 5)
      expect(texts((await log.read(document, 0)).updates)).toEqual(['abcde'])
    })

    test('[L9] a fold that is repeated, or overtaken by a later one, changes nothing', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a'), entry('b'), entry('c')])
      await log.fold(document, folded('ab'), 2)
      await log.fold(document, folded('again'), 2)
      await log.fold(document, folded('older'), 1)
      await log.fold(document, folded('nothing'), 0)
      expect(texts((await log.read(document, 0)).updates)).toEqual(['ab', 'c'])
    })

    test('[L10] over 300 rounds no entry is lost to a fold that races it', async () => {
      const document = await newDocument()
      const expected: string[] = []
      let head = 0
      for (const round of range(300)) {
        const folding = log.fold(document, folded(expected.join(' ')), head)
        const appended = log.append(document, [entry(`${round}`)])
        const read = log.read(document, 0)
        head = await appended
        expected.push(`${round}`)
        await folding
        // In the middle of the race, a reader sees the log before or after each, never between.
        const words = texts((await read).updates)
          .join(' ')
          .split(' ')
          .filter(Boolean)
        expect(expected.slice(0, words.length)).toEqual(words)
        expect(words.length).toBeGreaterThanOrEqual(round)
      }
      expect(
        texts((await log.read(document, 0)).updates)
          .join(' ')
          .trim(),
      ).toBe(expected.join(' '))
      expect(head).toBe(300)
    })

    test('[L11] a fold beyond the end of the log is refused', async () => {
      const document = await newDocument()
      await log.append(document, [entry('a')])
      for (const upTo of [2, -1, 0.5, Number.NaN])
        await expect(log.fold(document, folded('x'), upTo)).rejects.toBeInstanceOf(RangeError)
      expect(texts((await log.read(document, 0)).updates)).toEqual(['a'])
    })

    test('[L11] a document that is gone is not folded', async () => {
      await expect(log.fold(draft().id, folded('x'), 0)).rejects.toBeInstanceOf(DocumentGone)
      const document = await newDocument()
      await log.append(document, [entry('a')])
      await storage.documents.trash(document, 1)
      await expect(log.fold(document, folded('x'), 1)).rejects.toBeInstanceOf(DocumentGone)
      await storage.documents.restore(document, 7)
      expect(texts((await log.read(document, 0)).updates)).toEqual(['a'])
    })

    test('[L12] updates of no byte, of every byte and of 3 MiB come back as they were', async () => {
      const document = await newDocument()
      const large = new Uint8Array(3 * 1024 * 1024)
      for (let offset = 0; offset < large.length; offset += 65_536)
        crypto.getRandomValues(large.subarray(offset, offset + 65_536))
      const updates = [new Uint8Array(), Uint8Array.from(range(256)), large]
      await log.append(
        document,
        updates.map((update) => entry('', { update })),
      )
      expect(sameBytes((await log.read(document, 0)).updates, updates)).toBe(true)
      await log.fold(document, folded(large), 2)
      expect(sameBytes((await log.read(document, 0)).updates, [large, large])).toBe(true)
    })

    test('[L12] an append of 2,000 entries is one append', async () => {
      const document = await newDocument()
      const names = range(2_000).map(String)
      expect(
        await log.append(
          document,
          names.map((name) => entry(name)),
        ),
      ).toBe(2_000)
      expect(texts((await log.read(document, 0)).updates)).toEqual(names)
    })
  })
}

/** `toEqual` would take seconds to compare megabytes. */
function sameBytes(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return (
    some.length === others.length &&
    some.every((bytes, index) => Buffer.compare(bytes, others[index] ?? new Uint8Array()) === 0)
  )
}
