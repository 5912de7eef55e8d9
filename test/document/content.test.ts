import { contentOf, contentUpdate, foldUpdates, IncompleteUpdates } from '@weft/document'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { random, seeds } from '../support/random.ts'

const texts = {
  empty: '',
  'one line': 'Hello',
  'lines and tabs': '# Hello\n\n\tcode\n',
  'emoji of many parts': 'a👩‍👩‍👧‍👦b🇩🇪c👍🏽',
  'right to left': 'שלום עולם — مرحبا بالعالم ‏1, 2‏',
  'letters of several code points': 'e\u0301 \u{1d518} 한국어 ก็',
  'a NUL': 'a\0b',
}

describe('the text of a document', () => {
  it.each(Object.entries(texts))('comes back as it went in: %s', (_, text) => {
    expect(contentOf([contentUpdate(text)])).toBe(text)
  })

  it('is empty without updates', () => {
    expect(contentOf([])).toBe('')
  })

  it('is what any Yjs program reads under the name content', () => {
    const doc = new Y.Doc()
    Y.applyUpdate(doc, contentUpdate('Grüße 🌍'))
    expect(doc.getText('content').toString()).toBe('Grüße 🌍')
  })

  it('takes neither half an emoji nor a carriage return', () => {
    expect(() => contentUpdate('a\ud83d')).toThrow('malformed-text')
    expect(() => contentUpdate('a\r\nb')).toThrow('malformed-line-ends')
  })

  it('comes from another client id each time, so that two texts can meet in one document', () => {
    const both = [contentUpdate('one'), contentUpdate('two')]
    expect(['onetwo', 'twoone']).toContain(contentOf(both))
    expect(contentOf(both)).toBe(contentOf(both.toReversed()))
  })

  it('throws when the updates build on one that is missing', () => {
    const { updates } = typing('abc')
    expect(contentOf(updates)).toBe('abc')
    expect(() => contentOf(updates.slice(1))).toThrow(IncompleteUpdates)
  })

  it('throws on bytes that are no update', () => {
    expect(() => contentOf([Uint8Array.of(1, 2, 3)])).toThrow()
  })
})

describe('folding', () => {
  it('keeps the text and drops what was deleted', () => {
    const { doc, updates } = typing('keep ')
    doc.getText('content').insert(5, 'x'.repeat(10_000))
    doc.getText('content').delete(5, 10_000)
    const folded = foldUpdates(updates)
    expect(contentOf([folded])).toBe('keep ')
    expect(folded.length).toBeLessThan(200)
  })

  it('of nothing is an update that changes nothing', () => {
    expect(contentOf([foldUpdates([])])).toBe('')
  })

  it('throws when structs or deletions are left over', () => {
    const { doc, updates } = typing('ab')
    expect(() => foldUpdates(updates.slice(1))).toThrow(IncompleteUpdates)
    const before = Y.encodeStateVector(doc)
    doc.getText('content').delete(0, 2)
    expect(() => foldUpdates([Y.encodeStateAsUpdate(doc, before)])).toThrow(IncompleteUpdates)
  })

  it.each(seeds(40))('in any grouping gives the same document (seed %i)', (seed) => {
    const { next, below, chance } = random(seed)
    const { doc, updates } = typing('start')
    const text = doc.getText('content')
    for (let step = 0; step < 60; step++) {
      const at = below(text.length + 1)
      if (chance(0.7)) text.insert(at, ['a', '\n', '🌍', 'ש'][below(4)] ?? 'a')
      else text.delete(at, Math.min(1 + below(3), text.length - at))
    }
    const split = below(updates.length)
    const twice = foldUpdates([foldUpdates(updates.slice(0, split)), ...updates.slice(split)])
    expect(contentOf([twice])).toBe(text.toString())
    const shuffled = updates.toSorted(() => next() - 0.5)
    expect(contentOf([foldUpdates(shuffled)])).toBe(text.toString())
  })
})

/** A document written one character at a time, and every update it made from then on. */
function typing(letters: string): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc({ gc: false })
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (const letter of letters) doc.getText('content').insert(doc.getText('content').length, letter)
  return { doc, updates }
}
