import {
  changesBetween,
  contentOf,
  contentUpdate,
  editContent,
  mergeEdits,
  type TextChange,
} from '@weft/document'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'

describe('an edit of a program', () => {
  it('made of an old text leaves alone what was typed since', () => {
    const base = contentUpdate('One.\n\nTwo.\n')
    const live = new Y.Doc()
    Y.applyUpdate(live, base)
    live.getText('content').insert(5, 'Typed meanwhile.\n')
    Y.applyUpdate(live, written(base, 'One!\n\nTwo.\nThree.\n').update)
    expect(live.getText('content').toString()).toBe('One!\nTyped meanwhile.\n\nTwo.\nThree.\n')
  })

  it('that is repeated is the same edit', () => {
    const base = contentUpdate('text')
    const [first, second] = [written(base, 'a text!'), written(base, 'a text!')]
    expect(second.update).toEqual(first.update)
    expect(contentOf([base, first.update, second.update])).toBe('a text!')
  })

  it('that changes nothing is an update without effect', () => {
    const base = contentUpdate('text')
    const { update, changes, caret } = written(base, 'text')
    expect({ changes, caret }).toEqual({ changes: [], caret: null })
    expect(contentOf([base, update])).toBe('text')
  })

  it('never goes on as a client that wrote before', () => {
    const base = contentUpdate('text')
    const [taken = 0] = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(base)).keys()
    const { update } = editContent([base], insertAtStart, (_, attempt) => (attempt === 0 ? taken : 7))
    expect([...Y.parseUpdateMeta(update).from.keys()]).toEqual([7])
  })

  it('has a caret behind what it wrote last', () => {
    const base = contentUpdate('a b c')
    const { update, caret } = written(base, 'a B c')
    const doc = new Y.Doc()
    Y.applyUpdate(doc, base)
    Y.applyUpdate(doc, update)
    const position = Y.createRelativePositionFromJSON(caret)
    expect(Y.createAbsolutePositionFromRelativePosition(position, doc)?.index).toBe(3)
  })

  it('and another one become one update that holds both', () => {
    const base = contentUpdate('middle')
    const edits = [
      editContent([base], insertAtStart, () => 1),
      editContent(
        [base],
        (text) => [{ from: text.length, to: text.length, insert: ' end' }],
        () => 2,
      ),
    ]
    expect(contentOf([base, mergeEdits(edits.map(({ update }) => update))])).toBe('start middle end')
  })
})

const insertAtStart = (): readonly TextChange[] => [{ from: 0, to: 0, insert: 'start ' }]

function written(base: Uint8Array, after: string) {
  return editContent(
    [base],
    (text) => changesBetween(text, after),
    (_, attempt) => 41 + attempt,
  )
}
