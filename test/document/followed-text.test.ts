/** Whoever applies what a followed text says has the text, whatever people and hostile clients do to it. */
import { applyChanges, contentUpdate, followText, IncompleteUpdates } from '@weft/document'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { editText } from '../support/edits.ts'
import { random, seeds } from '../support/random.ts'

describe('a followed text', () => {
  it('says where something was typed, and what stood there', () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, contentUpdate('# Minutes\n\nAll agreed.\n'))
    const followed = followText([Y.encodeStateAsUpdate(doc)])
    const text = doc.getText('content')
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    text.insert(23, 'Bye.\n')
    text.delete(11, 3)
    text.insert(11, 'None')
    expect(followed.apply(updates)).toEqual([
      { from: 11, to: 14, insert: 'None', removed: 'All' },
      { from: 23, to: 23, insert: 'Bye.\n', removed: '' },
    ])
    expect(followed.text).toBe('# Minutes\n\nNone agreed.\nBye.\n')
    expect(followed.apply(updates)).toEqual([])
  })

  it('never tells of half an emoji', () => {
    const doc = new Y.Doc()
    const text = doc.getText('content')
    text.insert(0, 'a🧵b')
    const followed = followText([Y.encodeStateAsUpdate(doc)])
    const before = Y.encodeStateVector(doc)
    text.delete(2, 1)
    text.insert(2, '\udd77')
    const [change, ...others] = followed.apply([Y.encodeStateAsUpdate(doc, before)])
    expect(others).toEqual([])
    expect(change?.removed).toBe('🧵')
    expect(change?.insert.isWellFormed()).toBe(true)
    // What its writer has in memory is half an emoji; what it could send is none.
    expect(followed.text).toBe('a\ufffd\ufffdb')
  })

  it('refuses updates with a hole', () => {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'first')
    const vector = Y.encodeStateVector(doc)
    doc.getText('content').insert(5, 'second')
    const late = Y.encodeStateAsUpdate(doc, vector)
    expect(() => followText([late])).toThrow(IncompleteUpdates)
    expect(() => followText([]).apply([late])).toThrow(IncompleteUpdates)
  })

  it.each(seeds(60))('can be rebuilt from what it says, seed %i', (seed) => {
    const dice = random(seed)
    const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()]
    const log: Uint8Array[] = []
    for (const doc of docs) doc.on('update', (update: Uint8Array, origin) => origin ?? log.push(update))
    for (let step = 0; step < 60; step++) {
      const doc = dice.pick(docs)
      const text = doc.getText('content')
      const at = dice.below(text.length + 1)
      const what = dice.next()
      if (what < 0.1) text.insert(at, dice.pick(['🧵', '👩‍👩‍👧', 'é\u0301\n']))
      else if (what < 0.15) text.insertEmbed(at, { image: 'x' })
      else if (what < 0.25) text.format(at, Math.min(3, text.length - at), { bold: dice.chance(0.5) || null })
      else if (what < 0.35) text.delete(at, Math.min(dice.below(6), text.length - at))
      else editText(text, dice)
      if (dice.chance(0.3)) Y.applyUpdate(dice.pick(docs), Y.encodeStateAsUpdate(doc), 'from another')
    }
    const server = new Y.Doc()
    const followed = followText([])
    let rebuilt = ''
    for (let at = 0; at < log.length; ) {
      const some = log.slice(at, at + 1 + dice.below(4))
      at += some.length
      for (const update of some) Y.applyUpdate(server, update)
      const changes = followed.apply(some)
      rebuilt = applyChanges(rebuilt, changes)
      for (const { removed, insert } of changes) expect([removed, insert].every(isWhole)).toBe(true)
      expect(rebuilt).toBe(server.getText('content').toString())
    }
    expect(rebuilt.length).toBeGreaterThan(0)
  })
})

function isWhole(text: string): boolean {
  return text.isWellFormed()
}
