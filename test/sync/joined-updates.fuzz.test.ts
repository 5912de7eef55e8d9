import { joinedUpdates } from '@weft/sync'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { random, seeds } from '../support/random.ts'

describe('updates of a log, joined', () => {
  it.each(seeds(40))('are few, and make the same document as one by one (seed %i)', (seed) => {
    const dice = random(seed)
    const log: Uint8Array[] = []
    const people = [1, 2, 3].map((client) => {
      const doc = new Y.Doc()
      doc.clientID = seed * 10 + client
      return doc
    })
    for (let step = 0; step < 200; step++) {
      const doc = dice.pick(people)
      const text = doc.getText('content')
      const before = Y.encodeStateVector(doc)
      if (text.length > 3 && dice.chance(0.3)) text.delete(dice.below(text.length - 2), 2)
      else text.insert(dice.below(text.length + 1), dice.pick(['a', 'bc', '🌍']))
      const update = Y.encodeStateAsUpdate(doc, before)
      log.push(update)
      for (const other of people) if (dice.chance(0.7)) for (const each of log) Y.applyUpdate(other, each)
    }
    // As a log that was folded starts with a snapshot.
    const folded = dice.below(100)
    const slice = [inOne(log.slice(0, folded)), ...log.slice(folded)]
    const joined = joinedUpdates(slice)
    expect(joined.length).toBe(2)
    expect(textOf(joined)).toBe(textOf(log))
  })

  it('stay as they are where one is no update, or where something is missing', () => {
    const doc = new Y.Doc()
    const log: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => log.push(update))
    for (let step = 0; step < 100; step++) doc.getText('content').insert(0, 'x')
    const broken = [...log.slice(0, 50), Uint8Array.of(9, 9, 9), ...log.slice(50)]
    expect(joinedUpdates(broken)).toBe(broken)
    const holed = [...log.slice(0, 50), ...log.slice(51)]
    expect(joinedUpdates(holed)).toBe(holed)
    expect(joinedUpdates([])).toEqual([])
    expect(joinedUpdates(log.slice(0, 5))).toEqual(log.slice(0, 5))
  })
})

function inOne(updates: readonly Uint8Array[]): Uint8Array {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return Y.encodeStateAsUpdate(doc)
}

function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  expect(doc.store.pendingStructs).toBeNull()
  return doc.getText('content').toString()
}
