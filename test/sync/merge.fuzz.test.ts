import { decode } from '@weft/protocol'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { baseOf } from '../../packages/sync/src/base.ts'
import { UpdateGap } from '../../packages/sync/src/errors.ts'
import { Known } from '../../packages/sync/src/known.ts'
import { merge } from '../../packages/sync/src/merge.ts'
import { messagesIn } from '../../packages/sync/src/outbox.ts'
import { type ScannedUpdate, scan } from '../../packages/sync/src/scan.ts'
import { Snapshot } from '../../packages/sync/src/snapshot.ts'
import { decodeStateVector } from '../../packages/sync/src/state-vector.ts'
import { editText } from '../support/edits.ts'
import { type Random, random, seeds } from '../support/random.ts'

/** Three people who type, delete, undo and hear of each other now and then. */
function story(
  seeded: Random,
  steps: number,
): { readonly docs: readonly Y.Doc[]; readonly updates: Uint8Array[] } {
  const docs = [11, 22, 33].map((clientId) => {
    const doc = new Y.Doc()
    doc.clientID = clientId
    return doc
  })
  const updates: Uint8Array[] = []
  const undo = docs.map((doc) => new Y.UndoManager(doc.getText('content'), { captureTimeout: 0 }))
  const merged = new Y.Doc()
  for (const doc of docs) {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'remote') return
      updates.push(update)
      Y.applyUpdate(merged, update, 'remote')
    })
  }
  for (let step = 0; step < steps; step++) {
    const which = seeded.below(3)
    const doc = docs[which] as Y.Doc
    if (seeded.chance(0.1)) undo[which]?.undo()
    else editText(doc.getText('content'), seeded)
    if (seeded.chance(0.3)) Y.applyUpdate(doc, Y.encodeStateAsUpdate(merged), 'remote')
  }
  return { docs: [...docs, merged], updates }
}

function docOf(update: Uint8Array, from = new Y.Doc()): Y.Doc {
  Y.applyUpdate(from, update)
  return from
}

function expectSame(a: Y.Doc, b: Y.Doc): void {
  expect(a.store.pendingStructs).toBeNull()
  expect(a.store.pendingDs).toBeNull()
  expect(a.getText('content').toString()).toBe(b.getText('content').toString())
  expect(Y.encodeStateVector(a)).toEqual(Y.encodeStateVector(b))
  expect(Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b))).toBe(true)
}

function take(known: Known, update: ScannedUpdate): ScannedUpdate | null {
  const fresh = known.newOf(update)
  if (fresh !== null) known.add(fresh)
  return fresh
}

function answerTo(snapshot: Snapshot, reader: Y.Doc): Uint8Array {
  const [message] = messagesIn(snapshot.answer(decodeStateVector(Y.encodeStateVector(reader))))
  const answer = decode(message ?? new Uint8Array())
  if (answer.type !== 'sync-step-2') throw new Error(answer.type)
  return answer.update
}

describe('Merging sections', () => {
  test.each(seeds(80))('says the same as applying one by one (seed %i)', (seed) => {
    const { docs, updates } = story(random(seed), 60)
    const known = new Known('markdown')
    const taken = updates
      .map((update) => take(known, scan(update, 'markdown')))
      .filter((update) => update !== null)
    expectSame(docOf(merge(taken)), docs[3] as Y.Doc)
  })

  test.each(seeds(80))('takes repeated and overlapping updates once (seed %i)', (seed) => {
    const seeded = random(seed)
    const { docs, updates } = story(seeded, 40)
    const known = new Known('markdown')
    const taken: ScannedUpdate[] = []
    const offer = (update: Uint8Array) => {
      const fresh = take(known, scan(update, 'markdown'))
      if (fresh !== null) taken.push(fresh)
    }
    for (const [index, update] of updates.entries()) {
      offer(update)
      if (seeded.chance(0.3)) offer(updates[seeded.below(index + 1)] as Uint8Array)
      if (seeded.chance(0.2)) offer(Y.mergeUpdates(updates.slice(seeded.below(index + 1), index + 1)))
    }
    const clocks = taken
      .flatMap((update) => update.sections)
      .reduce((total, section) => total + section.length, 0)
    const all = [...decodeStateVector(Y.encodeStateVector(docs[3] as Y.Doc)).values()]
    expect(clocks).toBe(all.reduce((total, clock) => total + clock, 0))
    expectSame(docOf(merge(taken)), docs[3] as Y.Doc)
    for (const update of updates) expect(take(known, scan(update, 'markdown'))).toBeNull()
  })

  test.each(seeds(80))('refuses what skips something, and takes it later (seed %i)', (seed) => {
    const seeded = random(seed)
    const { docs, updates } = story(seeded, 40)
    const known = new Known('markdown')
    const taken: ScannedUpdate[] = []
    let waiting = updates.map((update) => scan(update, 'markdown'))
    waiting.sort(() => seeded.next() - 0.5)
    while (waiting.length > 0) {
      const before = waiting.length
      waiting = waiting.filter((update) => {
        try {
          const fresh = take(known, update)
          if (fresh !== null) taken.push(fresh)
          return false
        } catch (error) {
          expect(error).toBeInstanceOf(UpdateGap)
          return true
        }
      })
      expect(waiting.length).toBeLessThan(before)
    }
    expectSame(docOf(merge(taken)), docs[3] as Y.Doc)
  })
})

describe('Deletes', () => {
  test('are written in order, once each, whatever order they came in', () => {
    const doc = new Y.Doc()
    doc.clientID = 7
    doc.getText('content').insert(0, 'abcdefghij')
    const parts = [Y.encodeStateAsUpdate(doc)]
    doc.on('update', (update: Uint8Array) => parts.push(update))
    for (const [index, length] of [
      [7, 2],
      [2, 1],
      [2, 2],
    ] as const)
      doc.getText('content').delete(index, length)
    const merged = merge(parts.map((part) => scan(part, 'markdown')))
    expect(scan(merged, 'markdown').deletes).toEqual([7, 2, 3, 7, 7, 2])
  })

  test('of a reader that does not have the text yet take effect when it comes', () => {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'abcdefghij')
    const text = Y.encodeStateAsUpdate(doc)
    const deletes: ScannedUpdate[] = []
    doc.on('update', (update: Uint8Array) => deletes.push(scan(update, 'markdown')))
    for (const [index, length] of [
      [7, 2],
      [2, 1],
      [2, 2],
    ] as const)
      doc.getText('content').delete(index, length)
    expectSame(docOf(text, docOf(merge(deletes))), doc)
  })

  test('that are out of order are refused', () => {
    expect(() => scan(Uint8Array.of(0, 1, 7, 2, 5, 1, 2, 1), 'markdown')).toThrow('out of order')
  })
})

describe('A snapshot', () => {
  test.each(seeds(80))('answers any state vector with all that is missing (seed %i)', (seed) => {
    const seeded = random(seed)
    const { docs, updates } = story(seeded, 60)
    const snapshot = new Snapshot('markdown')
    const reader = new Y.Doc()
    for (const [index, update] of updates.entries()) {
      snapshot.add(scan(update, 'markdown'))
      if (seeded.chance(0.1)) {
        const base = Y.encodeStateAsUpdate(docOf(Y.mergeUpdates([...snapshot.beginFold()])))
        const during = updates[index + 1]
        if (during !== undefined && seeded.chance(0.5)) snapshot.add(scan(during, 'markdown'))
        snapshot.endFold(seeded.chance(0.8) ? baseOf(base, 'markdown') : null)
      }
      if (seeded.chance(0.2)) {
        const answer = answerTo(snapshot, reader)
        docOf(answer, reader)
        expect(reader.store.pendingStructs).toBeNull()
      }
    }
    expectSame(docOf(answerTo(snapshot, reader), reader), docs[3] as Y.Doc)
  })
})
