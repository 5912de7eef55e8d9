import type { DocumentId, DocumentKind } from '@weft/protocol'

/** What the export thread is asked. */
export type ExportTask =
  /** What documents are called in the archive; again: more of them. */
  | { readonly type: 'paths'; readonly documents: readonly (readonly [DocumentId, string])[] }
  | {
      readonly type: 'write'
      readonly path: string
      readonly kind: DocumentKind
      readonly updates: readonly Uint8Array<ArrayBuffer>[]
      /** Ids and paths of the document's own files. */
      readonly attachments: readonly (readonly [string, string])[]
    }

/** The bytes of the file; `null`: to a task that has none. */
export type ExportTaskDone = Uint8Array<ArrayBuffer> | null
