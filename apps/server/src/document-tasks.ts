import type { ToldChange } from '@weft/document'
import type { Base } from '@weft/sync'

/** What the document worker is asked and how it answers. Bytes change hands rather than being copied. */
export type DocumentTask =
  | { readonly type: 'fold'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'read-text'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'write-text'; readonly text: string }
  | {
      readonly type: 'follow-text'
      /** Names of the text before and after: the thread may still have the one, and keeps the other for a while. */
      readonly from: string
      readonly to: string
      /** What makes the text before; `null`: the thread may have it. */
      readonly start: readonly Uint8Array<ArrayBuffer>[] | null
      /** Updates that are told of together. */
      readonly parts: readonly (readonly Uint8Array<ArrayBuffer>[])[]
      /** Names for the unified diff of each part; `null`: changes are wanted. */
      readonly diff: readonly { readonly from: string; readonly to: string }[] | null
    }

/** What a part changed: changes, or a unified diff. */
export type FollowedStep = readonly ToldChange[] | string

/** `null`: the thread does not have the text before. */
export interface Followed {
  readonly steps: readonly FollowedStep[] | null
}

/** A base for folding; a text; an update; what a text went through. */
export type Done = Base | string | Uint8Array | Followed

export type DocumentTaskResult = { readonly done: Done } | { readonly failed: string }
