/** Who changed what, for those who do not see it. */
import type { ViewUpdate } from '@codemirror/view'
import type * as Y from 'yjs'
import type { Where } from './words.ts'

/** Changes further away than this many lines from your caret are not spoken. */
const nearLines = 25

/** The clients whose text this transaction brought. Deletions do not tell who made them. */
export function writersOf({ beforeState, afterState }: Y.Transaction): readonly number[] {
  const writers: number[] = []
  for (const [client, clock] of afterState) if (beforeState.get(client) !== clock) writers.push(client)
  return writers
}

export interface NearbyChange {
  readonly where: Where
  readonly lines: readonly number[]
}

export function nearbyChanges(update: ViewUpdate): readonly NearbyChange[] {
  const { doc, selection } = update.state
  const own = doc.lineAt(selection.main.head).number
  const found = new Map<Where, number[]>()
  update.changes.iterChangedRanges((_fromA, _toA, from, to) => {
    const first = Math.max(doc.lineAt(from).number, own - nearLines)
    const last = Math.min(doc.lineAt(to).number, own + nearLines)
    for (let line = first; line <= last; line += 1) {
      const where = line < own ? 'above' : line > own ? 'below' : 'here'
      found.set(where, [...(found.get(where) ?? []), line])
    }
  })
  return [...found].map(([where, lines]) => ({ where, lines }))
}
