/** What the toolbar can do, by name. */
import { openSearchPanel } from '@codemirror/search'
import { EditorSelection, type EditorState, type StateCommand } from '@codemirror/state'
import type { Command, EditorView } from '@codemirror/view'
import { yUndoManagerKeymap } from 'y-codemirror.next'
import { inlineMarks, nodeAround, toggleInline } from './inline-marks.ts'
import { cycleHeading, lineMarks, toggleList, toggleQuote } from './line-marks.ts'

export type CommandName =
  | 'undo'
  | 'redo'
  | 'bold'
  | 'italic'
  | 'strike'
  | 'heading'
  | 'code'
  | 'quote'
  | 'bullets'
  | 'numbers'
  | 'tasks'
  | 'link'
  | 'find'

/** Inline code; a code block around several lines; off again inside either. */
export const toggleCode: StateCommand = (target) => {
  const { state, dispatch } = target
  if (state.readOnly) return false
  const { main } = state.selection
  const block = nodeAround(state, main, 'FencedCode')
  const first = state.doc.lineAt(block?.from ?? main.from)
  const last = state.doc.lineAt(block?.to ?? main.to)
  if (block === null && first.number === last.number) return toggleInline(inlineMarks.code)(target)
  const changes =
    block === null
      ? [
          { from: first.from, insert: '```\n' },
          { from: last.to, insert: '\n```' },
        ]
      : [
          { from: first.from, to: Math.min(first.to + 1, state.doc.length) },
          ...(last.number > first.number && /^\s*(```|~~~)/.test(last.text)
            ? [{ from: last.from - 1, to: last.to }]
            : []),
        ]
  const set = state.changes(mergeTouching(changes))
  dispatch(
    state.update({
      changes: set,
      selection: state.selection.map(set, block === null ? 1 : -1),
      scrollIntoView: true,
      userEvent: 'input.format',
    }),
  )
  return true
}

/** `[text](url)` with what is still missing selected. */
export const insertLink: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false
  const change = state.changeByRange((range) => {
    const text = state.sliceDoc(range.from, range.to)
    const isUrl = /^(https?:\/\/|mailto:)\S+$/.test(text)
    const insert = isUrl ? `[](${text})` : `[${text}](url)`
    const urlAt = range.from + text.length + 3
    return {
      changes: { from: range.from, to: range.to, insert },
      range:
        isUrl || range.empty
          ? EditorSelection.cursor(range.from + 1)
          : EditorSelection.range(urlAt, urlAt + 3),
    }
  })
  dispatch(state.update(change, { scrollIntoView: true, userEvent: 'input.format' }))
  return true
}

const [undo, redo] = [historyCommand('Mod-z'), historyCommand('Mod-y')]

const everywhere: Partial<Record<CommandName, Command>> = { undo, redo, find: openSearchPanel }

const inMarkdown: Partial<Record<CommandName, StateCommand>> = {
  bold: toggleInline(inlineMarks.bold),
  italic: toggleInline(inlineMarks.italic),
  strike: toggleInline(inlineMarks.strike),
  code: toggleCode,
  heading: cycleHeading,
  quote: toggleQuote,
  bullets: toggleList('bullets'),
  numbers: toggleList('numbers'),
  tasks: toggleList('tasks'),
  link: insertLink,
}

/** `false`: this document has no such command, or may not be written. */
export function runCommand(view: EditorView, name: CommandName, markdown: boolean): boolean {
  const command = everywhere[name] ?? (markdown ? inMarkdown[name] : undefined)
  if (command === undefined || (view.state.readOnly && name !== 'find')) return false
  return command(view)
}

/** The marks that the caret stands in. */
export function activeCommands(state: EditorState): readonly CommandName[] {
  const { main } = state.selection
  if (nodeAround(state, main, 'FencedCode') !== null) return ['code']
  const { heading, quote, list } = lineMarks(state.doc.lineAt(main.head).text)
  const inline = (['bold', 'italic', 'strike', 'code'] as const).filter(
    (name) => nodeAround(state, main, inlineMarks[name].node) !== null,
  )
  return [
    ...inline,
    ...(heading > 0 ? (['heading'] as const) : []),
    ...(quote ? (['quote'] as const) : []),
    ...(list === null ? [] : [list]),
  ]
}

/** The binding exports its undo only inside its key map. */
function historyCommand(key: string): Command {
  return yUndoManagerKeymap.find((binding) => binding.key === key)?.run ?? (() => false)
}

/** Two deletions that meet, as in an empty code block, are one. */
function mergeTouching(changes: readonly { from: number; to?: number; insert?: string }[]) {
  const [first, second] = changes
  if (first?.to === undefined || second?.to === undefined || second.from >= first.to) return changes
  return [{ from: first.from, to: Math.max(first.to, second.to) }]
}
