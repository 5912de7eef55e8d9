/**
 * What every DocumentHistory promises:
 *
 * H1  Whatever was folded, a revision reads as what was written up to it, and no further.
 * H2  A revision that is not there is refused as missing; one of a document that is gone, as gone.
 * H3  A time stands for the last revision written by then, 0 before the first.
 * H4  A fold that races appends and reads of the past loses none of it.
 */
import { contentOf, contentUpdate, foldUpdates } from '@weft/document'
import type { DocumentId } from '@weft/protocol'
import { RevisionMissing, type Storage } from '@weft/server/storage/storage'
import { DocumentGone } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { random } from '../support/random.ts'
import { type Adapter, draft, entry, folded, type OpenStorage, range, texts } from './adapter.ts'

export function historySuite(adapter: Adapter): void {
  describe(`history: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage

    beforeAll(async () => {
      open = await adapter.open()
      storage = open.storage
    })
    afterAll(() => open.discard())

    async function newDocument(): Promise<DocumentId> {
      return (await storage.documents.create(draft())).id
    }

    test('[H1] of a document that was never folded is its log up to there', async () => {
      const document = await newDocument()
      await storage.updates.append(
        document,
        range(5, 1).map((number) => entry(`${number}`)),
      )
      for (const position of range(6)) {
        const slice = await storage.history.read(document, position)
        expect(texts(slice.updates)).toEqual(range(position, 1).map(String))
        expect(slice).toMatchObject({ head: position, kind: 'markdown' })
        expect(slice.actors).toHaveLength(position)
      }
    })

    test('[H1] of texts that are written, cut and folded at random is each text that there was', async () => {
      const dice = random(11)
      const document = await newDocument()
      const doc = new Y.Doc()
      const text = doc.getText('content')
      const textAt = ['']
      let snapshot = { update: contentUpdate(''), upTo: 0 }
      for (const step of range(600)) {
        const before = Y.encodeStateVector(doc)
        if (text.length > 10 && dice.chance(0.4)) text.delete(dice.below(text.length - 5), 5)
        // Now and then more than a pack holds before a snapshot is kept.
        else text.insert(dice.below(text.length + 1), noise(dice, step % 50 === 7 ? 40_000 : 8))
        const position = await storage.updates.append(document, [
          { update: Y.encodeStateAsUpdate(doc, before), actor: 'guest:ann', at: 1_000 + 10 * step },
        ])
        textAt[position] = text.toString()
        if (!dice.chance(0.06)) continue
        const { updates, head } = await storage.updates.read(document, 0)
        snapshot = { update: foldUpdates(updates), upTo: head }
        await storage.updates.fold(document, { update: snapshot.update, owners: new Map() }, head)
      }
      for (const position of [0, 1, 599, 600, snapshot.upTo, ...range(60).map(() => dice.below(601))]) {
        const { updates, head } = await storage.history.read(document, position)
        expect([position, head]).toEqual([position, position])
        expect(contentOf(updates) === textAt[position], `revision ${position}`).toBe(true)
        expect(await storage.history.positionAt(document, 1_000 + 10 * (position - 1) + 5)).toBe(position)
      }
    })

    test('[H2] that is not there is missing', async () => {
      const document = await newDocument()
      await storage.updates.append(document, [entry('a')])
      await expect(storage.history.read(document, 2)).rejects.toBeInstanceOf(RevisionMissing)
      await expect(storage.history.read(draft().id, 0)).rejects.toBeInstanceOf(DocumentGone)
      await storage.documents.trash(document, 1)
      await expect(storage.history.read(document, 1)).rejects.toBeInstanceOf(DocumentGone)
      await expect(storage.history.positionAt(document, 1)).rejects.toBeInstanceOf(DocumentGone)
      await storage.documents.restore(document, 7)
      expect(texts((await storage.history.read(document, 1)).updates)).toEqual(['a'])
    })

    test('[H3] a time is the revision of that time, folded or not', async () => {
      const document = await newDocument()
      const at = (time: number) => storage.history.positionAt(document, time)
      expect(await at(5)).toBe(0)
      for (const time of [100, 200, 200, 300])
        await storage.updates.append(document, [entry('x', { at: time })])
      const expectAll = async () => {
        expect(await Promise.all([99, 100, 150, 200, 299, 300, 9e15].map(at))).toEqual([0, 1, 1, 3, 3, 4, 4])
      }
      await expectAll()
      await storage.updates.fold(document, folded('x'), 2)
      await expectAll()
      await storage.updates.fold(document, folded('x'), 4)
      await expectAll()
    })

    test('[H4] over 100 rounds of folds that race appends, every revision is there', async () => {
      const document = await newDocument()
      let head = 0
      for (const round of range(100)) {
        const folding = storage.updates.fold(document, folded('all'), head)
        const appended = storage.updates.append(document, [entry(`${round}`)])
        const past = head === 0 ? null : storage.history.read(document, 1 + (round % head))
        head = await appended
        await folding
        if (past !== null) expect((await past).head).toBe(1 + (round % (head - 1)))
      }
      const { updates } = await storage.history.read(document, 99)
      expect(texts(updates).at(-1)).toMatch(/^(98|all)$/)
      const early = await storage.history.read(document, 30)
      expect(texts(early.updates)).toEqual(range(30).map(String))
    })
  })
}

/** Not to be packed small. */
function noise(dice: ReturnType<typeof random>, length: number): string {
  return Array.from({ length }, () => String.fromCharCode(97 + dice.below(26))).join('')
}
