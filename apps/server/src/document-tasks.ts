/** What the document worker is asked and how it answers. Bytes change hands rather than being copied. */
import type { ChangeSummary, Edit, Misfit } from '@weft/document'
import type { Base } from '@weft/sync'

export type DocumentTask =
  | { readonly type: 'fold'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'read-text'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'write-text'; readonly text: string }
  | {
      readonly type: 'edit'
      readonly updates: readonly Uint8Array<ArrayBuffer>[]
      readonly request: EditRequest
    }

export interface Done {
  readonly fold: Base
  readonly 'read-text': string
  readonly 'write-text': Uint8Array
  readonly edit: Edited
}

export interface EditRequest {
  readonly intent: Intent
  readonly writer: Writer
}

/** What is to become of a text. */
export type Intent =
  | { readonly type: 'replace'; readonly text: string }
  | { readonly type: 'edits'; readonly edits: readonly Edit[] }
  | { readonly type: 'diff'; readonly diff: string }

/** Under which client id. */
export type Writer =
  /** Whatever it has written there: for an edit that is made again. */
  | { readonly type: 'exactly'; readonly client: number }
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
      /** How many places. */
      readonly changed: number
      readonly changes: readonly ChangeSummary[]
    }
  | { readonly type: 'misfits'; readonly misfits: readonly Misfit[] }
  | { readonly type: 'malformed-diff'; readonly reason: string }
  | { readonly type: 'too-many-places'; readonly places: number }
