import { changesBetween, openContent } from '@weft/document'
import type { Writer } from '@weft/server/document-tasks'
import { editedContent } from '@weft/server/edited-content'
import { describe, expect, it } from 'vitest'

const [before, after] = ['one two three four\n', 'one 2 three 4\n']
const diff = '@@ -1 +1 @@\n-one two three four\n+one 2 three 4\n'

describe('an edit that is made again', () => {
  it.each([
    ['the whole text', { type: 'replace', text: after }],
    ['a diff', { type: 'diff', diff }],
  ] as const)('is made at the places of the first time, where %s is compared otherwise now', (_, intent) => {
    const document = openContent()
    document.apply([written(before)])
    const edit = (writer: Writer) => {
      const edited = editedContent(document, { intent, writer })
      if (edited.type !== 'edited') throw new Error(edited.type)
      return edited
    }
    // As when the time was not enough to find more than where the first change begins and the last one ends.
    const coarse = [4, 18, 9]
    const first = edit({ type: 'exactly', client: 7, at: coarse })
    expect(first).toMatchObject({ changed: 1, places: coarse })
    expect(changesBetween(before, after).length).toBeGreaterThan(1)
    const again = edit({ type: 'exactly', client: 7, at: first.places })
    expect(again).toEqual(first)
    document.apply([first.update, again.update])
    expect(document.text).toBe(after)
  })
})

function written(text: string): Uint8Array {
  const document = openContent()
  return document.edit(
    () => [{ from: 0, to: 0, insert: text }],
    () => 1,
  ).update
}
