import type { Base } from '@weft/sync'

/** What the document worker is asked and how it answers. Bytes change hands rather than being copied. */
export type DocumentTask =
  | { readonly type: 'fold'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'read-text'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'write-text'; readonly text: string }

/** A base for folding; a text; an update. */
export type Done = Base | string | Uint8Array

export type DocumentTaskResult = { readonly done: Done } | { readonly failed: string }
