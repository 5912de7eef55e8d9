import { type ChangeSpec, EditorState, type Transaction } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { textEntry } from '../../packages/editor/src/text-entry.ts'
import { type Random, random, seeds } from '../support/random.ts'

const open = (doc: string) => EditorState.create({ doc, extensions: [textEntry] })
const edit = (doc: string, changes: ChangeSpec) => open(doc).update({ changes }).newDoc.toString()

describe('what is entered', () => {
  test('line ends become LF, however they come', () => {
    expect(edit('ab', { from: 1, insert: 'x\r\ny\rz' })).toBe('ax\ny\nzb')
  })

  test('half an emoji becomes the replacement character', () => {
    expect(edit('ab', { from: 1, insert: '\ud83d' })).toBe('a\ufffdb')
    expect(edit('ab', { from: 1, insert: 'x\ude00y' })).toBe('ax\ufffdyb')
  })

  test('whole emoji and everything else stay as they are', () => {
    const text = '😀 e\u0301 \u200d مرحبا \u2028 \t 漢'
    expect(edit('ab', { from: 1, insert: text })).toBe(`a${text}b`)
  })

  test('deleting half an emoji deletes all of it', () => {
    expect(edit('a😀b', { from: 2, to: 3 })).toBe('ab')
    expect(edit('a😀b', { from: 1, to: 2 })).toBe('ab')
  })

  test('writing between the halves of an emoji leaves no half behind', () => {
    expect(edit('a😀b', { from: 2, insert: 'x' })).toBe('axb')
  })

  test('one emoji that replaces its neighbour in Unicode is written whole', () => {
    // What an input method does: only the second half differs.
    const transaction = open('a😀b').update({ changes: { from: 2, to: 3, insert: '\ude01' } })
    expect(transaction.newDoc.toString()).toBe('a😁b')
    expect(changesOf(transaction)).toEqual([[1, 3, '😁']])
  })

  test('the caret stays behind what was entered', () => {
    const state = open('ab')
    const transaction = state.update({ changes: { from: 1, insert: 'x\r\ny' }, selection: { anchor: 5 } })
    expect(transaction.newSelection.main.head).toBe(4)
  })

  test('carriage returns of others count as characters, so places mean the same here and in the document', () => {
    expect(open('a\r\nb').doc.length).toBe(4)
  })
})

describe('over random edits', () => {
  for (const seed of seeds(200)) {
    test(`text and document stay the same and well-formed, here and at others (seed ${seed})`, () => {
      const source = random(seed)
      const here = new Y.Doc()
      const there = new Y.Doc()
      here.on('update', (update: Uint8Array) => Y.applyUpdate(there, update))
      const ytext = here.getText('content')
      let state = open('')
      for (let step = 0; step < 60; step += 1) {
        const transaction = state.update({ changes: randomChanges(source, state.doc.length) })
        state = transaction.state
        writeTo(ytext, transaction)
        const text = state.doc.toString()
        expect(text.isWellFormed() && !text.includes('\r')).toBe(true)
        expect(ytext.toString()).toBe(text)
        expect(there.getText('content').toString()).toBe(text)
      }
    })
  }
})

/** As y-codemirror writes changes into the document. */
function writeTo(ytext: Y.Text, transaction: Transaction): void {
  ytext.doc?.transact(() => {
    let shift = 0
    for (const [from, to, insert] of changesOf(transaction)) {
      if (from !== to) ytext.delete(from + shift, to - from)
      if (insert !== '') ytext.insert(from + shift, insert)
      shift += insert.length - (to - from)
    }
  })
}

function changesOf(transaction: Transaction): [from: number, to: number, insert: string][] {
  const found: [number, number, string][] = []
  transaction.changes.iterChanges((from, to, _fromB, _toB, insert) => {
    found.push([from, to, insert.sliceString(0, insert.length, '\n')])
  })
  return found
}

const pieces = [
  'a',
  'bc',
  '😀',
  '😁👩‍👩‍👧',
  '\ud83d',
  '\ude00',
  '\r',
  '\r\n',
  '\n',
  '漢',
  'مرحبا',
  '\u{10ffff}',
]

/** One or two places at once, anywhere, between halves too. */
function randomChanges(source: Random, length: number): ChangeSpec[] {
  const middle = source.below(length + 1)
  const ranges = source.chance(0.3)
    ? [
        [0, middle],
        [middle, length],
      ]
    : [[0, length]]
  return ranges.map(([low = 0, high = 0]) => {
    const from = low + source.below(high - low + 1)
    const to = Math.min(high, from + source.below(4))
    return { from, to, insert: source.chance(0.7) ? source.pick(pieces) + source.pick(pieces) : '' }
  })
}
