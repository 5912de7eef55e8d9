/** Where your caret is, how much is selected, and how many words there are; kept up by each change's own size. */
import { type ChangeSet, type EditorState, StateField, type Text } from '@codemirror/state'

export interface Position {
  /** From 1. */
  readonly line: number
  /** From 1, counting characters as people see them. */
  readonly column: number
  readonly selectedLines: number
  readonly selectedCharacters: number
  readonly words: number
}

/** Letters and digits in a row, or one ideograph. */
const word =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[[\p{L}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]][[\p{L}\p{N}\p{M}'’_\-]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]]*/gv

export const wordCount = StateField.define<number>({
  create: (state) => countWords(state.doc, 0, state.doc.length),
  update(words, { changes, docChanged, startState, newDoc }) {
    if (!docChanged) return words
    let count = words
    for (const [from, to, newFrom, newTo] of changedTokens(changes, startState.doc))
      count += countWords(newDoc, newFrom, newTo) - countWords(startState.doc, from, to)
    return count
  },
})

export function positionOf(state: EditorState): Position {
  const { main } = state.selection
  const line = state.doc.lineAt(main.head)
  const lines = main.empty ? 0 : state.doc.lineAt(main.to).number - state.doc.lineAt(main.from).number + 1
  return {
    line: line.number,
    column: characters(line.text.slice(0, main.head - line.from)) + 1,
    selectedLines: lines,
    selectedCharacters: main.empty ? 0 : characters(state.sliceDoc(main.from, main.to)),
    words: state.field(wordCount),
  }
}

export function countWords(doc: Text, from: number, to: number): number {
  let count = 0
  for (const chunk of doc.iterRange(from, to)) count += chunk.match(word)?.length ?? 0
  return count
}

type Range = [from: number, to: number, newFrom: number, newTo: number]

/**
 * What is counted on each side of a change at most: a picture inside the text is one line of a million characters.
 * A word that is cut there is cut alike before and after the change.
 */
const farthest = 2_000

/** The changed ranges, widened to white space on both sides, so that no word is cut; touching ones are one. */
function changedTokens(changes: ChangeSet, before: Text): Range[] {
  const ranges: Range[] = []
  changes.iterChangedRanges((fromA, toA, fromB, toB) => {
    const back = wordCharactersBefore(before, fromA)
    const ahead = wordCharactersAfter(before, toA)
    const range: Range = [fromA - back, toA + ahead, fromB - back, toB + ahead]
    const last = ranges.at(-1)
    if (last !== undefined && range[0] <= last[1]) {
      last[1] = range[1]
      last[3] = range[3]
    } else {
      ranges.push(range)
    }
  })
  return ranges
}

function wordCharactersBefore(doc: Text, position: number): number {
  const line = doc.lineAt(position)
  const text = line.text
  let index = position - line.from
  const first = Math.max(0, index - farthest)
  while (index > first && !isSpace(text.charCodeAt(index - 1))) index -= 1
  return position - line.from - index
}

function wordCharactersAfter(doc: Text, position: number): number {
  const line = doc.lineAt(position)
  const text = line.text
  let index = position - line.from
  const last = Math.min(text.length, index + farthest)
  while (index < last && !isSpace(text.charCodeAt(index))) index += 1
  return index - (position - line.from)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Long selections are counted in code points: exact clusters of a book are not worth a pause. */
function characters(text: string): number {
  if (text.length > 10_000) return text.length - (text.match(/[\udc00-\udfff]/g)?.length ?? 0)
  return [...clusters.segment(text)].length
}

const clusters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
