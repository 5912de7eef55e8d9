/** `inspect <document>`: what is stored of a document, for an operator who must decide what to do about it. */
import { contentOf, foldUpdates } from '@weft/document'
import { type DocumentId, parseDocumentId } from '@weft/protocol'
import type { Inspection } from './storage/storage.ts'

export interface InspectCommand {
  readonly document: DocumentId
  /** Where the text of what is intact goes; `null`: nowhere. */
  readonly salvage: string | null
  /** What stands behind these words: settings. */
  readonly rest: readonly string[]
}

/** `null`: these words ask for something else. A text: what is wrong with them. */
export function parseInspect(words: readonly string[]): InspectCommand | string | null {
  const [command, name, ...rest] = words
  if (command !== 'inspect') return null
  const document = parseDocumentId(name ?? '')
  if (document === null)
    return 'inspect takes the id of a document: npm start -- inspect <document> [--salvage <file>]'
  const at = rest.indexOf('--salvage')
  if (at === -1) return { document, salvage: null, rest }
  const salvage = rest[at + 1]
  if (salvage === undefined) return '--salvage lacks the file to write to'
  return { document, salvage, rest: rest.toSpliced(at, 2) }
}

/** Line by line. */
export function inspectionText(inspection: Inspection): string {
  const { id, title, kind, head, isTrashed, snapshot, entries, faults, intact } = inspection
  const row = (what: string, at: number, bytes: number, isIntact: boolean, actor: string) =>
    `  ${what.padEnd(16)} ${new Date(at).toISOString()} ${String(bytes).padStart(10)} bytes  ${isIntact ? 'ok     ' : 'DAMAGED'}  ${actor}`
  return [
    `Document   ${id}  "${title}"  ${kind}${isTrashed ? ', in the trash' : ''}`,
    `Head       ${head}`,
    ...(snapshot === null
      ? ['Snapshot   none']
      : ['Snapshot', row(`up to ${snapshot.position}`, snapshot.at, snapshot.bytes, snapshot.isIntact, '')]),
    entries.length === 0 ? 'Entries    none' : 'Entries',
    ...entries.map((entry) => row(`${entry.position}`, entry.at, entry.bytes, entry.isIntact, entry.actor)),
    ...(faults.length === 0
      ? ['All of it is as it was written.']
      : ['Faults', ...faults.map((fault) => `  ${fault}`)]),
    ...(faults.length === 0 ? [] : [whatIsLeft(intact.upTo, head)]),
  ]
    .map((line) => line.trimEnd())
    .join('\n')
}

function whatIsLeft(upTo: number, head: number): string {
  return upTo === 0
    ? 'Nothing of it can be salvaged: restore a backup.'
    : `Revision ${upTo} of ${head} can be salvaged: inspect again with --salvage <file>.`
}

/** The text of what is intact, or one Yjs update for a document without text. Throws when there is nothing. */
export function salvaged({ kind, intact }: Inspection): string | Uint8Array {
  if (intact.updates.length === 0) throw new RangeError('nothing of it is intact')
  return kind === 'yjs' ? foldUpdates(intact.updates) : contentOf(intact.updates)
}
