/** What the following worker is asked and how it answers: with a step for each part, or `null`. */
import type { ToldChange } from '@weft/document'

export interface FollowTask {
  /** Names of the text before and after: the thread may still have the one, and keeps the other for a while. */
  readonly from: string
  readonly to: string
  /** What makes the text before; `null`: the thread may have it, and answers `null` if not. */
  readonly start: readonly Uint8Array<ArrayBuffer>[] | null
  /** Updates that are told of together. */
  readonly parts: readonly (readonly Uint8Array<ArrayBuffer>[])[]
  /** Names for the unified diff of each part; `null`: changes are wanted. */
  readonly diff: readonly { readonly from: string; readonly to: string }[] | null
}

/** What a part changed: changes, or a unified diff. */
export type FollowedStep = readonly ToldChange[] | string
