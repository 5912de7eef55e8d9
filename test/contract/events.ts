/**
 * What every EventStore promises, and the entries that followers read:
 *
 * E1  What happens to a document is told once, in order, with who did it; what changes nothing is not told.
 * E2  Changes of content are told when somebody asks for that, once for each document, at its latest revision.
 * E3  Reading on from any event gives what came after it; of one document, or of all.
 * E4  An event that never was is not read on from.
 * E5  Entries come as they were written, folded or not, a part at a time, without hole or repetition.
 */
import { contentUpdate } from '@weft/document'
import type { DocumentId } from '@weft/protocol'
import { RevisionMissing, type Storage, type StoredEvent } from '@weft/server/storage/storage'
import { DocumentGone } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { random } from '../support/random.ts'
import { type Adapter, draft, entry, folded, type OpenStorage, range, texts } from './adapter.ts'

export function eventsSuite(adapter: Adapter): void {
  describe(`events: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
    })
    afterAll(() => open.discard())

    async function readAll(document: DocumentId | null, after = 0, limit = 2): Promise<StoredEvent[]> {
      const found: StoredEvent[] = []
      for (let from = after; ; ) {
        const page = await storage.events.read({ after: from, document, limit })
        expect(page.isWhole).toBe(true)
        found.push(...page.events)
        if (page.next === page.last) return found
        from = page.next
      }
    }

    async function tellAll(at: number): Promise<void> {
      for (let left = true; left; ) ({ left } = await storage.events.tellChanges(at))
    }

    test('[E1] each thing that happens is told once and in order', async () => {
      const { documents } = storage
      const { id, title } = await documents.create(draft({ createdAt: 1, first: entry('a') }))
      await documents.update(id, { title }, 2, 'guest:bob')
      await documents.update(id, { title: 'New', language: 'css' }, 3, 'guest:bob')
      await documents.trash(id, 4, 'guest:eve')
      await documents.trash(id, 5, 'guest:eve')
      await documents.restore(id, 6)
      await documents.restore(id, 7)
      await documents.trash(draft().id, 8)
      const told = await readAll(id)
      expect(told.map(({ type, at, actor }) => [type, at, actor])).toEqual([
        ['created', 1, 'guest:ann'],
        ['renamed', 3, 'guest:bob'],
        ['language', 3, 'guest:bob'],
        ['trashed', 4, 'guest:eve'],
        ['restored', 6, null],
      ])
      expect(told[0]).toMatchObject({ document: id, title, language: null, revision: 1 })
      expect(told[1]).toMatchObject({ title: 'New', language: 'css', revision: 1 })
    })

    test('[E1] what is deleted for good is told as the last of its document, and its changes no more', async () => {
      const { documents } = storage
      const { id } = await documents.create(draft())
      await storage.updates.append(id, [entry('x')])
      await tellAll(3)
      await documents.purge([id], 4, 'guest:eve')
      await documents.trash(id, 5)
      expect(await documents.purge([id], 6, 'guest:eve')).toEqual([id])
      await tellAll(7)
      const told = await readAll(id)
      expect(told.map(({ type, at, actor }) => [type, at, actor])).toEqual([
        ['created', expect.any(Number), 'guest:ann'],
        ['trashed', 5, null],
        ['deleted', 6, 'guest:eve'],
      ])
      // What it was called is deleted too.
      expect(told.map(({ title }) => title)).toEqual(['', '', ''])
    })

    test('[E2] however often a document changes, one event tells of its latest revision', async () => {
      const { id } = await storage.documents.create(draft())
      const { id: other } = await storage.documents.create(draft())
      for (const _ of range(30)) await storage.updates.append(id, [entry('x')])
      await tellAll(10)
      await storage.updates.append(other, [entry('x')])
      await tellAll(20)
      for (const _ of range(5)) await storage.updates.append(id, [entry('x')])
      const before = (await storage.events.read({ after: 0, document: null, limit: 1 })).last
      await tellAll(30)
      await tellAll(40)
      expect(await readAll(id)).toMatchObject([
        { type: 'created' },
        { type: 'changed', revision: 35, at: 30 },
      ])
      const later = await readAll(null, before)
      expect(later).toMatchObject([{ document: id, type: 'changed', revision: 35 }])
      expect(await readAll(other)).toMatchObject([{ type: 'created' }, { type: 'changed', revision: 1 }])
    })

    test('[E2] a change is told before what happens to its document next', async () => {
      const { id } = await storage.documents.create(draft())
      await storage.updates.append(id, [entry('x')])
      await storage.documents.trash(id, 5)
      const types = (await readAll(id)).map(({ type }) => type)
      expect(types).toEqual(['created', 'changed', 'trashed'])
    })

    test('[E3] reading on from every event gives exactly what is after it', async () => {
      const start = (await storage.events.read({ after: 0, document: null, limit: 1 })).last
      const ids: DocumentId[] = []
      for (const _ of range(6)) ids.push((await storage.documents.create(draft())).id)
      for (const [index, id] of ids.entries()) await storage.documents.update(id, { title: `${index}` }, 9)
      const all = await readAll(null, start, 100)
      expect(all).toHaveLength(12)
      for (const [index, { sequence }] of all.entries())
        expect(await readAll(null, sequence, 1 + (index % 4))).toEqual(all.slice(index + 1))
      for (const id of ids) expect(await readAll(id, start)).toEqual(all.filter((one) => one.document === id))
    })

    test('[E4] an event of another server is not read on from', async () => {
      const { last } = await storage.events.read({ after: 0, document: null, limit: 1 })
      const ahead = await storage.events.read({ after: last + 1, document: null, limit: 10 })
      expect(ahead).toEqual({ events: [], next: last, last, isWhole: false })
    })

    test('[E5] entries are what was written, wherever one starts and however it was folded', async () => {
      const dice = random(5)
      const { id } = await storage.documents.create(draft())
      for (const number of range(600, 1)) {
        await storage.updates.append(id, [entry(`${number}`, { at: number, actor: `guest:${number % 3}` })])
        if (dice.chance(0.05)) {
          const { head } = await storage.updates.read(id, 0)
          await storage.updates.fold(id, folded(contentUpdate('')), head - dice.below(3))
        }
      }
      for (const start of [0, 599, 600, ...range(8).map(() => dice.below(600))]) {
        const found: string[] = []
        for (let after = start; ; ) {
          const { entries, head, kind } = await storage.history.entries(id, after)
          expect([head, kind]).toEqual([600, 'markdown'])
          if (entries.length === 0) break
          for (const [index, { actor, at }] of entries.entries())
            expect([actor, at]).toEqual([`guest:${(after + 1 + index) % 3}`, after + 1 + index])
          found.push(...texts(entries.map(({ update }) => update)))
          after += entries.length
        }
        expect(found).toEqual(range(600 - start, start + 1).map(String))
      }
      await expect(storage.history.entries(id, 601)).rejects.toBeInstanceOf(RevisionMissing)
      await storage.documents.trash(id, 1)
      await expect(storage.history.entries(id, 1)).rejects.toBeInstanceOf(DocumentGone)
    })
  })
}
