import { EditorState } from '@codemirror/state'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { watchForeignContent } from '../../packages/editor/src/foreign-content.ts'
import { textEntry } from '../../packages/editor/src/text-entry.ts'

/** A document with our guard, a mirror of it as the editor's binding keeps it, and another program's replica. */
function pair() {
  const ours = new Y.Doc()
  const theirs = new Y.Doc()
  const guard = watchForeignContent(ours.getText('content'))
  let state = EditorState.create({ extensions: [textEntry] })
  ours.getText('content').observe((event) => {
    let position = 0
    const changes: { from: number; to?: number; insert?: string }[] = []
    for (const { retain = 0, insert, delete: removed = 0 } of event.delta) {
      if (typeof insert === 'string') changes.push({ from: position, insert })
      else if (insert !== undefined) throw new TypeError('the binding cannot show this')
      if (removed > 0) changes.push({ from: position, to: position + removed })
      position += retain + removed
    }
    state = state.update({ changes, filter: false }).state
  })
  const sync = () => {
    Y.applyUpdate(ours, Y.encodeStateAsUpdate(theirs), 'theirs')
    Y.applyUpdate(theirs, Y.encodeStateAsUpdate(ours))
  }
  return {
    guard,
    ours,
    their: theirs.getText('content'),
    sync,
    texts: () => {
      sync()
      return [ours, theirs].map((doc) => doc.getText('content').toString()).concat(state.doc.toString())
    },
  }
}

test('carriage returns that another program brings are deleted, and nobody loses anything else', () => {
  const { guard, their, texts } = pair()
  guard.setRepairing(true)
  their.insert(0, 'one\r\ntwo\r\nthree\r')
  expect(texts()).toEqual(['one\ntwo\nthree', 'one\ntwo\nthree', 'one\ntwo\nthree'])
})

test('embedded objects are deleted, and the editor never sees one', () => {
  const { guard, their, texts } = pair()
  guard.setRepairing(true)
  their.insert(0, 'ab')
  their.insertEmbed(1, { image: 'x.png' })
  expect(texts()).toEqual(['ab', 'ab', 'ab'])
})

test('what was there before one may write is repaired once one may', () => {
  const { guard, their, texts } = pair()
  their.insert(0, 'a\r\nb')
  expect(texts()).toEqual(['a\r\nb', 'a\r\nb', 'a\r\nb'])
  guard.setRepairing(true)
  expect(texts()).toEqual(['a\nb', 'a\nb', 'a\nb'])
})

test('a reader sees foreign content as it is and edits nothing', () => {
  const { ours, their, sync } = pair()
  their.insert(0, 'a\r\nb')
  their.insertEmbed(0, { image: 'x.png' })
  const before = Y.encodeStateVector(ours)
  sync()
  sync()
  expect(Y.decodeStateVector(Y.encodeStateVector(ours)).has(ours.clientID)).toBe(false)
  expect(before).not.toEqual(Y.encodeStateVector(ours))
})

test('two editors that repair the same text end with the same text', () => {
  const { guard, ours, their, texts, sync } = pair()
  guard.setRepairing(true)
  their.insert(0, 'a\r\nb')
  const other = new Y.Doc()
  watchForeignContent(other.getText('content')).setRepairing(true)
  if (their.doc !== null) Y.applyUpdate(other, Y.encodeStateAsUpdate(their.doc))
  sync()
  Y.applyUpdate(ours, Y.encodeStateAsUpdate(other))
  expect(texts()).toEqual(['a\nb', 'a\nb', 'a\nb'])
  expect(other.getText('content').toString()).toBe('a\nb')
})

test('undo does not bring a carriage return back', () => {
  const { guard, ours, their, texts } = pair()
  guard.setRepairing(true)
  const undo = new Y.UndoManager(ours.getText('content'), { trackedOrigins: new Set(['mine']) })
  their.insert(0, 'a\r\nb')
  texts()
  ours.transact(() => ours.getText('content').insert(0, 'x'), 'mine')
  undo.undo()
  undo.undo()
  expect(texts()).toEqual(['a\nb', 'a\nb', 'a\nb'])
})
