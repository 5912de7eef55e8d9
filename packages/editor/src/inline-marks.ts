/** Bold, italic, strike and inline code: Markdown marks around words, put on and taken off. */
import { syntaxTree } from '@codemirror/language'
import {
  type ChangeSpec,
  EditorSelection,
  type EditorState,
  type SelectionRange,
  type StateCommand,
} from '@codemirror/state'

type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>

export interface InlineMark {
  /** The syntax node that has these marks at both ends. */
  readonly node: string
  readonly mark: string
}

export const inlineMarks = {
  bold: { node: 'StrongEmphasis', mark: '**' },
  italic: { node: 'Emphasis', mark: '*' },
  strike: { node: 'Strikethrough', mark: '~~' },
  code: { node: 'InlineCode', mark: '`' },
} as const satisfies Record<string, InlineMark>

/** What stands before a line's text: marks do not go around it. */
const blockPrefix = /^[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|#{1,6}[ \t]+)?/

export function toggleInline(kind: InlineMark): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false
    const change = state.changeByRange((range) => toggleRange(state, range, kind))
    dispatch(state.update(change, { scrollIntoView: true, userEvent: 'input.format' }))
    return true
  }
}

/** The innermost such node around all of `range`. */
export function nodeAround(
  state: EditorState,
  { from, to }: { readonly from: number; readonly to: number },
  name: string,
): SyntaxNode | null {
  const tree = syntaxTree(state)
  for (const start of [tree.resolveInner(from, 1), tree.resolveInner(to, -1)])
    for (let node: SyntaxNode | null = start; node !== null; node = node.parent)
      if (node.name === name && node.from <= from && node.to >= to) return node
  return null
}

function toggleRange(state: EditorState, range: SelectionRange, { node: name, mark }: InlineMark) {
  const pieces = piecesOf(state, range)
  const around = pieces.map((piece) => nodeAround(state, piece, name))
  if (around.length > 0 && !around.includes(null))
    return withChanges(state, range, [...new Set(around)].flatMap(marksOf))
  if (!range.empty) return wrap(state, range, pieces, name, mark)
  const { head } = range
  const { length } = mark
  if (
    state.sliceDoc(head - length, head + length) === mark + mark &&
    state.sliceDoc(head - length - 1, head - length) !== mark[0]
  )
    return withChanges(state, range, [{ from: head - length, to: head + length }])
  const word = state.wordAt(head)
  if (word === null)
    return {
      changes: [{ from: head, insert: mark + mark }],
      range: EditorSelection.cursor(head + length),
    }
  return withChanges(state, range, [
    { from: word.from, insert: mark },
    { from: word.to, insert: mark },
  ])
}

interface Piece {
  readonly from: number
  readonly to: number
}

/** The written part of each line in `range`; the caret itself when nothing is selected. */
function piecesOf(state: EditorState, range: SelectionRange): readonly Piece[] {
  if (range.empty) return [range]
  const pieces: Piece[] = []
  for (let line = state.doc.lineAt(range.from); ; line = state.doc.line(line.number + 1)) {
    const prefix = blockPrefix.exec(line.text)?.[0].length ?? 0
    const from = Math.max(range.from, line.from + prefix)
    const to = Math.min(range.to, line.to)
    const text = from < to ? state.sliceDoc(from, to) : ''
    const start = from + text.length - text.trimStart().length
    const end = from + text.trimEnd().length
    if (start < end) pieces.push({ from: start, to: end })
    if (line.to >= range.to) return pieces
  }
}

/** Around each piece, without the marks of the same kind that were inside. */
function wrap(
  state: EditorState,
  range: SelectionRange,
  pieces: readonly Piece[],
  name: string,
  mark: string,
) {
  const changes: ChangeSpec[] = pieces.flatMap(({ from, to }) => [
    { from, insert: mark },
    { from: to, insert: mark },
  ])
  syntaxTree(state).iterate({
    from: range.from,
    to: range.to,
    enter({ name: found, node }) {
      if (found === name && node.from >= range.from && node.to <= range.to) changes.push(...marksOf(node))
    },
  })
  const set = state.changes(changes)
  const [from, to] = [set.mapPos(range.from, 1), set.mapPos(range.to, -1)]
  const forwards = range.anchor <= range.head
  return {
    changes: set,
    range: forwards ? EditorSelection.range(from, to) : EditorSelection.range(to, from),
  }
}

function marksOf(node: SyntaxNode | null): Piece[] {
  return [node?.firstChild, node?.lastChild].flatMap((child) =>
    child ? [{ from: child.from, to: child.to }] : [],
  )
}

function withChanges(state: EditorState, range: SelectionRange, specs: readonly ChangeSpec[]) {
  const changes = state.changes(specs)
  return { changes, range: range.map(changes, 1) }
}
