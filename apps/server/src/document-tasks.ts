/** What the document worker is asked and how it answers. Bytes change hands rather than being copied. */
export type DocumentTask =
  | { readonly type: 'fold'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'read-text'; readonly updates: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'write-text'; readonly text: string }

export type DocumentTaskResult =
  | { readonly done: Uint8Array<ArrayBuffer> | string }
  | { readonly failed: string }
