/** What was changed where, for the program that did it. */
import { lineAt } from './lines.ts'
import type { TextChange } from './text-change.ts'

export interface ChangeSummary {
  /** Of the text that was edited, from 1. */
  readonly line: number
  /** UTF-16 units of the text that was edited. */
  readonly from: number
  readonly to: number
  /** What stood there, and what stands there now; `null`: too long to be repeated. */
  readonly removed: string | null
  readonly insert: string | null
}

export interface SummaryBounds {
  readonly changes: number
  /** UTF-16 units. */
  readonly text: number
}

/** The first of them. */
export function summaryOf(
  text: string,
  changes: readonly TextChange[],
  most: SummaryBounds,
): readonly ChangeSummary[] {
  const unlessLong = (part: string) => (part.length > most.text ? null : part)
  let line = 1
  let at = 0
  return changes.slice(0, most.changes).map(({ from, to, insert }) => {
    line += lineAt(text.slice(at, from), from - at) - 1
    at = from
    return { line, from, to, removed: unlessLong(text.slice(from, to)), insert: unlessLong(insert) }
  })
}
