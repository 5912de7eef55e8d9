/** An edit that a program asks for, made in what it had read. Runs in the document worker. */
import { randomBytes } from 'node:crypto'
import {
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
import type { Edited, EditRequest, Intent, Writer } from './document-tasks.ts'

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
    const changes = changesFor(text, intent)
    if (changes.length > limits.changedPlaces) throw new Unfit({ type: 'too-many-places' })
    summary = summaryOf(text, changes, { changes: limits.changesTold, text: limits.changeTextLength })
    return changes
  }
  try {
    const { changes, ...edit } = content.edit(decide, chooserFor(writer))
    return { type: 'edited', ...edit, changed: changes.length, changes: summary }
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
