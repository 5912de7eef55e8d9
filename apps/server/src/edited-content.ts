/** An edit that a program asks for, made in what it had read. Runs in the document worker. */
import { randomBytes } from 'node:crypto'
import {
  applyChanges,
  type ChangeSummary,
  type ChooseClient,
  changesBetween,
  MalformedDiff,
  type Misfit,
  type OpenContent,
  parseDiff,
  resolveDiff,
  resolveEdits,
  summaryOf,
  type TextChange,
} from '@weft/document'
import { limits } from '@weft/protocol'
import type { Edited, EditRequest, Intent, Places, Writer } from './document-tasks.ts'

/** Ends an edit that is not made. */
class Unfit extends Error {
  readonly outcome: Edited
  constructor(outcome: Edited) {
    super(outcome.type)
    this.outcome = outcome
  }
}

export function editedContent(content: OpenContent, { intent, writer }: EditRequest): Edited {
  let summary: readonly ChangeSummary[] = []
  const decide = (text: string) => {
    const changes =
      writer.type === 'exactly' && writer.at !== null
        ? changesAt(text, textAfter(text, intent), writer.at)
        : changesFor(text, intent)
    if (changes.length > limits.changedPlaces) throw new Unfit({ type: 'too-many-places' })
    summary = summaryOf(text, changes, { changes: limits.changesTold, text: limits.changeTextLength })
    return changes
  }
  try {
    const { changes, ...edit } = content.edit(decide, chooserFor(writer))
    const places = changes.flatMap(({ from, to, insert }) => [from, to, insert.length])
    return { type: 'edited', ...edit, places, changed: changes.length, changes: summary }
  } catch (error) {
    if (error instanceof Unfit) return error.outcome
    if (error instanceof MalformedDiff) return { type: 'malformed-diff', reason: error.message }
    throw error
  }
}

function changesFor(text: string, intent: Intent): readonly TextChange[] {
  switch (intent.type) {
    case 'replace':
      return changesBetween(text, intent.text)
    case 'edits':
      return unlessMisfits(resolveEdits(text, intent.edits, limits.changedPlaces))
    case 'diff':
      return unlessMisfits(resolveDiff(text, parseDiff(intent.diff)))
  }
}

function textAfter(text: string, intent: Intent): string {
  return intent.type === 'replace' ? intent.text : applyChanges(text, changesFor(text, intent))
}

/** What makes `after` of `before`, which differ at these places alone. */
function changesAt(before: string, after: string, places: Places): readonly TextChange[] {
  const changes: TextChange[] = []
  /** How much further a place is in the text after than in the one before. */
  let shift = 0
  for (let index = 0; index < places.length; index += 3) {
    const [from = 0, to = 0, length = 0] = places.slice(index, index + 3)
    changes.push({ from, to, insert: after.slice(from + shift, from + shift + length) })
    shift += length - (to - from)
  }
  if (applyChanges(before, changes) !== after) throw new Error('the texts differ at other places')
  return changes
}

function unlessMisfits(
  resolved: { readonly changes: readonly TextChange[] } | { readonly misfits: readonly Misfit[] },
): readonly TextChange[] {
  if ('misfits' in resolved) throw new Unfit({ type: 'misfits', misfits: resolved.misfits })
  return resolved.changes
}

function chooserFor(writer: Writer): ChooseClient {
  return (clockOf) => {
    if (writer.type === 'exactly') return writer.client
    if (writer.type === 'after' && clockOf(writer.client) === writer.clock) return writer.client
    for (;;) {
      const client = randomBytes(4).readUInt32LE()
      if (clockOf(client) === 0) return client
    }
  }
}
