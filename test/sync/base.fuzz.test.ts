import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { baseOf, openBase, trustedBase } from '../../packages/sync/src/base.ts'
import { Known } from '../../packages/sync/src/known.ts'
import { messagesIn } from '../../packages/sync/src/outbox.ts'
import { scan } from '../../packages/sync/src/scan.ts'
import { Snapshot } from '../../packages/sync/src/snapshot.ts'
import { decodeStateVector } from '../../packages/sync/src/state-vector.ts'
import { editAnything, editText } from '../support/edits.ts'
import { type Random, random, seeds } from '../support/random.ts'

const kinds = ['markdown', 'yjs'] as const
type Kind = (typeof kinds)[number]

/** Some people write, a reader falls behind, the document is folded, and some write on. */
function story(seeded: Random, kind: Kind) {
  const docs = Array.from({ length: 1 + seeded.below(6) }, () => {
    const doc = new Y.Doc()
    doc.clientID = seeded.below(2 ** 32)
    return doc
  })
  const all = new Y.Doc()
  const edit = () => {
    const doc = seeded.pick(docs)
    if (kind === 'yjs') editAnything(doc, seeded)
    else editText(doc.getText('content'), seeded)
    const update = Y.encodeStateAsUpdate(doc, Y.encodeStateVector(all))
    Y.applyUpdate(all, update)
    if (seeded.chance(0.3)) Y.applyUpdate(doc, Y.encodeStateAsUpdate(all))
    return update
  }
  const steps = seeded.below(60)
  const readers: Y.Doc[] = [new Y.Doc()]
  for (let step = 0; step < steps; step++) {
    edit()
    if (seeded.chance(0.1)) readers.push(docOf(Y.encodeStateAsUpdate(all)))
  }
  const folded = Y.encodeStateAsUpdate(all)
  const later = Array.from({ length: seeded.below(30) }, edit)
  return { folded, later, readers, all }
}

function docOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, update)
  return doc
}

function answerTo(snapshot: Snapshot, reader: Y.Doc): Uint8Array {
  const [message] = messagesIn(snapshot.answer(decodeStateVector(Y.encodeStateVector(reader))))
  return message ?? new Uint8Array()
}

/** Behind the three numbers that say what it is. */
function updateIn(answer: Uint8Array): Uint8Array {
  let at = 2
  while ((answer[at] ?? 0) >= 128) at++
  return answer.subarray(at + 1)
}

function stateOf(doc: Y.Doc) {
  expect(doc.store.pendingStructs).toBeNull()
  expect(doc.store.pendingDs).toBeNull()
  return Y.encodeStateAsUpdate(doc)
}

describe.each(kinds)('A snapshot that was opened by its index (%s)', (kind) => {
  test.each(seeds(80))('answers everybody as one that was scanned (seed %i)', (seed) => {
    const seeded = random(seed)
    const { folded, later, readers, all } = story(seeded, kind)
    const base = baseOf(folded, kind)
    const [byIndex, byScan] = [new Snapshot(kind), new Snapshot(kind)]
    byIndex.load(trustedBase(base.bytes, base.index, kind))
    byScan.add(scan(folded, kind))
    const [known, knownByScan] = [new Known(kind), new Known(kind)]
    known.load(openBase(base))
    const whole = knownByScan.newOf(scan(folded, kind))
    if (whole !== null) knownByScan.add(whole)
    expect(new Map(byIndex.stateVector)).toEqual(new Map(byScan.stateVector))

    const compare = () => {
      for (const reader of readers) {
        const [one, other] = [answerTo(byIndex, reader), answerTo(byScan, reader)]
        expect(one).toEqual(other)
        // What Yjs would reject must not come out either.
        scan(updateIn(one), kind)
      }
    }
    compare()
    for (const update of later) {
      const fresh = known.newOf(scan(update, kind))
      expect(fresh).toEqual(knownByScan.newOf(scan(update, kind)))
      if (fresh === null) continue
      known.add(fresh)
      knownByScan.add(fresh)
      byIndex.append(fresh)
      byScan.append(fresh)
      if (seeded.chance(0.3)) compare()
      expect(known.newOf(scan(update, kind))).toBeNull()
    }
    compare()
    for (const reader of readers) {
      Y.applyUpdate(reader, updateIn(answerTo(byIndex, reader)))
      expect(stateOf(reader)).toEqual(stateOf(docOf(Y.encodeStateAsUpdate(all))))
    }
  })

  test.each(seeds(40))('is scanned anew when its index was changed (seed %i)', (seed) => {
    const seeded = random(seed)
    const { folded } = story(seeded, kind)
    const base = baseOf(folded, kind)
    const truth = openBase(base)
    for (let round = 0; round < 40; round++) {
      const index = base.index.slice()
      const at = seeded.below(index.length)
      index[at] = (index[at] ?? 0) ^ (1 + seeded.below(255))
      const changed = seeded.chance(0.2) ? base.index.subarray(0, at) : index
      expect(() => openBase({ bytes: folded, index: changed })).toThrow()
      expect(openBase(trustedBase(folded, changed, kind))).toEqual(truth)
    }
    expect(openBase(trustedBase(folded, null, kind))).toEqual(truth)
  })

  test.each(seeds(20))('does not take the index of another document (seed %i)', (seed) => {
    const seeded = random(seed)
    const [one, other] = [story(seeded, kind).folded, story(seeded, kind).folded]
    const { index } = baseOf(other, kind)
    expect(openBase(trustedBase(one, index, kind))).toEqual(openBase(baseOf(one, kind)))
  })
})

test('A large snapshot is opened without being looked at', () => {
  const doc = new Y.Doc()
  const text = doc.getText('content')
  for (let edit = 0; edit < 20_000; edit++) text.insert(edit % 2 === 0 ? 0 : text.length, 'x')
  const { bytes, index } = baseOf(Y.encodeStateAsUpdate(doc), 'markdown')
  // Bytes that no scan would pass.
  bytes.fill(0xff, 1_000, 2_000)
  expect(() => scan(bytes, 'markdown')).toThrow()
  const snapshot = new Snapshot('markdown')
  snapshot.load(trustedBase(bytes, index, 'markdown'))
  expect(updateIn(answerTo(snapshot, new Y.Doc()))).toEqual(bytes)
})
