/** Headings, quotes and lists: Markdown marks at the start of lines, put on, changed and taken off. */
import type { ChangeSpec, EditorState, Line, StateCommand } from '@codemirror/state'

export type ListKind = 'bullets' | 'numbers' | 'tasks'

export interface LineMarks {
  /** 0: none. */
  readonly heading: number
  readonly quote: boolean
  readonly list: ListKind | null
}

const quotes = /^[ \t]*(?:>[ \t]?)*/
const headingMark = /^(#{1,6})(?:[ \t]+|$)/
const listMark = /^([ \t]*)(?:[-*+]|(\d{1,9})[.)])(?:[ \t]+|$)(\[[ xX]\](?:[ \t]+|$))?/

export function lineMarks(text: string): LineMarks {
  const quote = quotes.exec(text)?.[0] ?? ''
  const rest = text.slice(quote.length)
  const list = listMark.exec(text.slice(quote.trimEnd().length === 0 ? 0 : quote.length))
  return {
    heading: headingMark.exec(rest)?.[1]?.length ?? 0,
    quote: quote.includes('>'),
    list:
      list === null ? null : list[3] !== undefined ? 'tasks' : list[2] === undefined ? 'bullets' : 'numbers',
  }
}

/** No heading, first, second and third level in turn. */
export const cycleHeading: StateCommand = (target) => {
  const { state } = target
  const { heading } = lineMarks(state.doc.lineAt(state.selection.main.from).text)
  return changeLines(target, (line) => headingChange(line, heading >= 3 ? 0 : heading + 1))
}

/** Sets the level; the level that is there already goes. */
export function toggleHeading(level: number): StateCommand {
  return (target) => {
    const { state } = target
    const { heading } = lineMarks(state.doc.lineAt(state.selection.main.from).text)
    return changeLines(target, (line) => headingChange(line, heading === level ? 0 : level))
  }
}

export const toggleQuote: StateCommand = (target) => {
  const all = selectedLines(target.state).every((line) => lineMarks(line.text).quote)
  return changeLines(target, ({ from, text }) => {
    if (!all) return { from, insert: '> ' }
    const mark = /^([ \t]*)>[ \t]?/.exec(text)
    return mark === null
      ? null
      : { from: from + (mark[1]?.length ?? 0), to: from + mark[0].length, insert: '' }
  })
}

export function toggleList(kind: ListKind): StateCommand {
  return (target) => {
    const all = selectedLines(target.state).every((line) => lineMarks(line.text).list === kind)
    let number = 0
    return changeLines(target, (line) => {
      const quote = quotes.exec(line.text)?.[0] ?? ''
      const start = quote.includes('>') ? quote.length : 0
      const mark = listMark.exec(line.text.slice(start))
      const indent = mark?.[1]?.length ?? /^[ \t]*/.exec(line.text.slice(start))?.[0].length ?? 0
      const from = line.from + start + indent
      const to = mark === null ? from : line.from + start + mark[0].length
      number += 1
      return { from, to, insert: all ? '' : listPrefix(kind, number) }
    })
  }
}

/** Ticks or unticks the tasks in the selection. */
export const tickTask: StateCommand = (target) => {
  const isTask = (line: Line) => lineMarks(line.text).list === 'tasks'
  if (!selectedLines(target.state).some(isTask)) return false
  return changeLines(target, (line) => {
    const box = isTask(line) ? line.text.indexOf('[') + 1 : 0
    if (box === 0) return null
    return { from: line.from + box, to: line.from + box + 1, insert: line.text[box] === ' ' ? 'x' : ' ' }
  })
}

function listPrefix(kind: ListKind, number: number): string {
  return kind === 'bullets' ? '- ' : kind === 'tasks' ? '- [ ] ' : `${number}. `
}

function headingChange({ from, text }: Line, level: number): ChangeSpec {
  const quote = quotes.exec(text)?.[0].length ?? 0
  const mark = headingMark.exec(text.slice(quote))?.[0].length ?? 0
  return { from: from + quote, to: from + quote + mark, insert: level === 0 ? '' : `${'#'.repeat(level)} ` }
}

/** Every selected line once; blank ones only when nothing else is selected. */
function selectedLines(state: EditorState): readonly Line[] {
  const lines = new Map<number, Line>()
  for (const { from, to } of state.selection.ranges) {
    for (let line = state.doc.lineAt(from); ; line = state.doc.line(line.number + 1)) {
      lines.set(line.number, line)
      if (line.to >= to) break
    }
  }
  const all = [...lines.values()]
  const written = all.filter((line) => line.text.trim() !== '')
  return written.length > 0 ? written : all.slice(0, 1)
}

function changeLines(
  { state, dispatch }: Parameters<StateCommand>[0],
  change: (line: Line) => ChangeSpec | null,
): boolean {
  if (state.readOnly) return false
  const specs = selectedLines(state).map(change)
  const changes = state.changes(specs.filter((spec) => spec !== null))
  // A caret at the start of a line belongs behind the mark that is put there.
  const selection = state.selection.map(changes, 1)
  dispatch(state.update({ changes, selection, scrollIntoView: true, userEvent: 'input.format' }))
  return true
}
