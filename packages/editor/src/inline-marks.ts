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
export function nodeAround(state: EditorState, range: SelectionRange, name: string): SyntaxNode | null {
  const tree = syntaxTree(state)
  for (const side of [-1, 1] as const) {
    for (
      let node: SyntaxNode | null = tree.resolveInner(side < 0 ? range.from : range.to, side);
      node !== null;
      node = node.parent
    )
      if (node.name === name && node.from <= range.from && node.to >= range.to) return node
  }
  return null
}

function toggleRange(state: EditorState, range: SelectionRange, { node: name, mark }: InlineMark) {
  const around = nodeAround(state, range, name)
  if (around !== null) return withChanges(state, range, marksOf(around))
  if (!range.empty) return wrap(state, range, name, mark)
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

/** Around the text of each line, without the marks of the same kind that were inside. */
function wrap(state: EditorState, range: SelectionRange, name: string, mark: string) {
  const changes: ChangeSpec[] = []
  for (let line = state.doc.lineAt(range.from); ; line = state.doc.line(line.number + 1)) {
    const prefix = blockPrefix.exec(line.text)?.[0].length ?? 0
    const from = Math.max(range.from, line.from + prefix)
    const to = Math.min(range.to, line.to)
    const text = from < to ? state.sliceDoc(from, to) : ''
    const start = from + text.length - text.trimStart().length
    const end = from + text.trimEnd().length
    if (start < end) changes.push({ from: start, insert: mark }, { from: end, insert: mark })
    if (line.to >= range.to) break
  }
  syntaxTree(state).iterate({
    from: range.from,
    to: range.to,
    enter({ name: found, node }) {
      if (found === name && node.from >= range.from && node.to <= range.to) changes.push(...marksOf(node))
    },
  })
  const set = state.changes(changes)
  return {
    changes: set,
    range: EditorSelection.range(set.mapPos(range.anchor, 1), set.mapPos(range.head, -1)),
  }
}

function marksOf(node: SyntaxNode): { readonly from: number; readonly to: number }[] {
  return [node.firstChild, node.lastChild].flatMap((child) =>
    child === null ? [] : [{ from: child.from, to: child.to }],
  )
}

function withChanges(state: EditorState, range: SelectionRange, specs: readonly ChangeSpec[]) {
  const changes = state.changes(specs)
  return { changes, range: range.map(changes, 1) }
}
