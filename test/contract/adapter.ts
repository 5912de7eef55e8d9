/** One way to store documents, as the suites of this folder see it. */
import { type DocumentId, parseDocumentId } from '@weft/protocol'
import type { DocumentDraft, Storage } from '@weft/server/storage/storage'
import type { FoldedLog, LogEntry } from '@weft/sync'

export interface Adapter {
  /** Goes into the tests' names, with the seed if there is one. */
  readonly name: string
  /** An empty storage. */
  open(): Promise<OpenStorage>
}

export interface OpenStorage {
  readonly storage: Storage
  /** Closes it, if that is not done yet, and leaves nothing behind. */
  discard(): Promise<void>
}

export function documentId(text: string): DocumentId {
  const id = parseDocumentId(text)
  if (id === null) throw new RangeError(`${text} is no document id`)
  return id
}

let drafts = 0

/** A new document, unlike all before. */
export function draft(named: Partial<DocumentDraft> = {}): DocumentDraft {
  const number = ++drafts
  return {
    id: documentId(`document-${number}`),
    title: `Document ${number}`,
    kind: 'markdown',
    language: null,
    lineage: `lineage-${number}`,
    createdBy: 'guest:ann',
    createdAt: 1_750_000_000_000 + number,
    first: null,
    ...named,
  }
}

/** A snapshot of that text, whose client ids are nobody's. */
export function folded(text: string | Uint8Array): FoldedLog {
  return { update: typeof text === 'string' ? entry(text).update : text, owners: new Map() }
}

export function entry(text: string, named: Partial<LogEntry> = {}): LogEntry {
  return { update: new TextEncoder().encode(text), actor: 'guest:ann', at: 1_760_000_000_000, ...named }
}

export function texts(updates: readonly Uint8Array[]): readonly string[] {
  return updates.map((update) => new TextDecoder().decode(update))
}

/** Numbers from `first` on. */
export function range(count: number, first = 0): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}
