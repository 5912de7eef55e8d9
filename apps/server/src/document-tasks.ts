/** What the document worker is asked and how it answers. Bytes change hands rather than being copied. */
import type { ChangeSummary, Edit, Misfit } from '@weft/document'
import type { Base, LogPosition } from '@weft/sync'

export type DocumentTask =
  | { readonly type: 'fold'; readonly updates: PackedUpdates }
  | { readonly type: 'read-text'; readonly source: PackedSource }
  | { readonly type: 'read-length'; readonly source: PackedSource }
  | { readonly type: 'write-text'; readonly text: string }
  | {
      readonly type: 'edit'
      readonly source: PackedSource
      readonly request: EditRequest
    }

/** Updates end to end: handing over one buffer costs the same for one of them and for thousands. */
export interface PackedUpdates {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly lengths: readonly number[]
}

export function packUpdates(updates: readonly Uint8Array[]): PackedUpdates {
  const lengths = updates.map(({ length }) => length)
  const bytes = new Uint8Array(lengths.reduce((total, length) => total + length, 0))
  let at = 0
  for (const update of updates) {
    bytes.set(update, at)
    at += update.length
  }
  return { bytes, lengths }
}

export function unpackUpdates({ bytes, lengths }: PackedUpdates): readonly Uint8Array[] {
  let end = 0
  return lengths.map((length) => {
    end += length
    return bytes.subarray(end - length, end)
  })
}

export interface Done {
  readonly fold: Base
  readonly 'read-text': OfSource<string>
  readonly 'read-length': OfSource<number>
  readonly 'write-text': Uint8Array
  readonly edit: OfSource<Edited>
}

/**
 * A revision of a document: what leads to it from an earlier one, which the worker may have open, or from nothing.
 */
export interface Source<Updates = readonly Uint8Array[]> {
  /** Of the document and its lineage. */
  readonly key: string
  /** 0: from nothing. */
  readonly after: LogPosition
  readonly upTo: LogPosition
  readonly updates: Updates
}

export type PackedSource = Source<PackedUpdates>

export type OfSource<Value> =
  /** `isOpen`: the worker has the document open at that revision now. */
  | { readonly type: 'done'; readonly value: Value; readonly isOpen: boolean }
  /** The worker has nothing that `after` could follow. */
  | { readonly type: 'closed' }

export interface EditRequest {
  readonly intent: Intent
  readonly writer: Writer
}

/** What is to become of a text. */
export type Intent =
  | { readonly type: 'replace'; readonly text: string }
  | { readonly type: 'edits'; readonly edits: readonly Edit[] }
  | { readonly type: 'diff'; readonly diff: string }

/**
 * Where a text is changed: of each change its `from`, its `to` and the length of what it inserts. Where the time is
 * not enough to compare texts well, the same texts may differ at other places the next time.
 */
export type Places = readonly number[]

/** Under which client id. */
export type Writer =
  /** Whatever it has written there: for an edit that is made again, `at` the same places. */
  | { readonly type: 'exactly'; readonly client: number; readonly at: Places | null }
  /** If it has written so far there, else one that never wrote. */
  | { readonly type: 'after'; readonly client: number; readonly clock: number }
  | { readonly type: 'new' }

export type Edited =
  | {
      readonly type: 'edited'
      readonly update: Uint8Array
      readonly client: number
      readonly clock: number
      /** As in ContentEdit. */
      readonly caret: unknown
      readonly places: Places
      /** How many of them. */
      readonly changed: number
      readonly changes: readonly ChangeSummary[]
    }
  | { readonly type: 'misfits'; readonly misfits: readonly Misfit[] }
  | { readonly type: 'malformed-diff'; readonly reason: string }
  /** More than limits.changedPlaces. */
  | { readonly type: 'too-many-places' }
