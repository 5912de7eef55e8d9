/** What is asked of the storage thread about attachments, and what comes back. */
import type { DocumentId } from '@weft/protocol'
import type { AttachmentRecord } from './attachments.ts'

export type AttachmentWrite =
  | { readonly type: 'add-attachment'; readonly record: AttachmentRecord }
  | { readonly type: 'remove-attachment'; readonly id: string }
  | { readonly type: 'mark-attachments'; readonly ids: readonly string[]; readonly since: number | null }

export type AttachmentRead =
  | { readonly type: 'get-attachment'; readonly id: string }
  | { readonly type: 'list-attachments'; readonly document: DocumentId }
  | {
      readonly type: 'documents-with-attachments'
      readonly after: DocumentId | null
      readonly limit: number
    }
  | { readonly type: 'digests-in-use'; readonly digests: readonly string[] }

export interface AttachmentAnswers {
  readonly 'add-attachment': null
  readonly 'remove-attachment': AttachmentRecord | null
  readonly 'mark-attachments': null
  readonly 'get-attachment': AttachmentRecord | null
  readonly 'list-attachments': readonly AttachmentRecord[]
  readonly 'documents-with-attachments': readonly DocumentId[]
  readonly 'digests-in-use': readonly string[]
}
