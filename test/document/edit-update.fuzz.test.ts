/** An edit that is written without being made is the edit that Yjs makes. */
import { applyChanges, openContent, type TextChange } from '@weft/document'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type Random, random, seeds } from '../support/random.ts'

describe('an edit that is written down', () => {
  it.each(seeds(200))('is what Yjs would make of it, byte by byte in effect (seed %i)', (seed) => {
    const dice = random(seed)
    const log = history(dice, seed)
    const content = openContent()
    content.apply(log)
    for (let step = 0; step < 5; step++) {
      const base = content.text
      const changes = changesIn(dice, base)
      const client = 900_000 + dice.below(3)
      const made = madeByYjs(log, changes, client)
      const { update, clock, caret } = content.edit(
        () => changes,
        () => client,
      )
      expect(content.text).toBe(base)
      const doc = documentOf([...log, update])
      expect(doc.getText('content').toString()).toBe(applyChanges(base, changes))
      expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(made))
      expect(clock).toBe(Y.getState(doc.store, client))
      const last = changes.at(-1)
      if (last !== undefined) {
        const at = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(caret), doc)
        const length = applyChanges(base, changes).length - (base.length - last.to)
        expect(at?.index).toBe(length)
      }
      if (dice.chance(0.3)) continue
      log.push(update)
      content.apply([update])
    }
    content.close()
  })

  it('is what Yjs would make of it where something is embedded and formatted too', () => {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'abcd', { bold: true })
    doc.getText('content').insertEmbed(2, { image: 1 })
    const content = openContent()
    content.apply([Y.encodeStateAsUpdate(doc)])
    expect(content.text).toBe('abcd')
    const { update } = content.edit(
      () => [{ from: 1, to: 3, insert: 'XY' }],
      () => 7,
    )
    Y.applyUpdate(doc, update)
    expect(doc.getText('content').toString()).toBe('aXYd')
  })
})

/** Two people who write, delete and see each other now and then. */
function history(dice: Random, seed: number): Uint8Array[] {
  const log: Uint8Array[] = []
  const people = [1, 2].map((client) => {
    const doc = new Y.Doc()
    doc.clientID = seed * 10 + client
    return doc
  })
  for (let step = dice.below(25); step >= 0; step--) {
    const doc = dice.pick(people)
    const text = doc.getText('content')
    const before = Y.encodeStateVector(doc)
    if (text.length > 2 && dice.chance(0.4)) {
      const from = dice.below(text.length)
      text.delete(from, Math.min(1 + dice.below(4), text.length - from))
    } else text.insert(dice.below(text.length + 1), dice.pick(['a', 'bc', 'def', '\n']))
    log.push(Y.encodeStateAsUpdate(doc, before))
    for (const other of people) if (dice.chance(0.6)) for (const update of log) Y.applyUpdate(other, update)
  }
  return log
}

/** In order, some of them touching. */
function changesIn(dice: Random, text: string): readonly TextChange[] {
  const changes: TextChange[] = []
  for (let at = 0; at <= text.length && changes.length < 4; ) {
    const from = at + (dice.chance(0.4) ? 0 : dice.below(text.length - at + 1))
    const to = from + (dice.chance(0.4) ? 0 : dice.below(text.length - from + 1))
    const insert = dice.pick(['', 'X', 'YZ'])
    if (from < to || insert !== '') changes.push({ from, to, insert })
    at = to + (dice.chance(0.5) ? 0 : 1)
    if (dice.chance(0.3)) break
  }
  return changes
}

function madeByYjs(log: readonly Uint8Array[], changes: readonly TextChange[], client: number): Y.Doc {
  const doc = documentOf(log)
  doc.clientID = client
  const text = doc.getText('content')
  doc.transact(() => {
    for (const { from, to, insert } of changes.toReversed()) {
      if (to > from) text.delete(from, to - from)
      if (insert !== '') text.insert(from, insert)
    }
  })
  return doc
}

function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  expect(doc.store.pendingStructs).toBeNull()
  return doc
}
