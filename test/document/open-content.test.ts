import { changesBetween, contentOf, contentUpdate, type TextChange } from '@weft/document'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { editContent } from '../support/content-edits.ts'

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

  it('goes on as the client that it is told, from where that client is', () => {
    const base = contentUpdate('text')
    const first = editContent([base], insertAtStart, () => 7)
    const second = editContent([base, first.update], insertAtStart, (clockOf) => {
      expect([clockOf(7), clockOf(8)]).toEqual([first.clock, 0])
      return 7
    })
    expect(second).toMatchObject({ client: 7, clock: 2 * first.clock })
    expect([...Y.parseUpdateMeta(second.update).from]).toEqual([[7, first.clock]])
    expect(contentOf([base, first.update, second.update])).toBe('start start text')
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
})

const insertAtStart = (): readonly TextChange[] => [{ from: 0, to: 0, insert: 'start ' }]

function written(base: Uint8Array, after: string) {
  return editContent(
    [base],
    (text) => changesBetween(text, after),
    () => 41,
  )
}
