/** What a client asks for in `GET /sync/<document>?receipts=1&lineage=…`. */
import { type DocumentId, parseDocumentId } from '@weft/protocol'

export interface SyncRequest {
  readonly document: DocumentId
  /** The client understands messages 100 and 101. */
  readonly receipts: boolean
  /** What the client holds of the document belongs to this lineage; `null`: it does not say. */
  readonly lineage: string | null
}

const base = '/sync/'

export function isSyncPath(url: string | undefined): boolean {
  return url?.startsWith(base) ?? false
}

/** `null`: not an address of a document. Unknown query keys are other programs' business. */
export function parseSyncRequest(url: string | undefined): SyncRequest | null {
  if (url === undefined || !url.startsWith(base)) return null
  const mark = url.indexOf('?')
  const document = parseDocumentId(url.slice(base.length, mark === -1 ? undefined : mark))
  if (document === null) return null
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  return { document, receipts: query.get('receipts') === '1', lineage: query.get('lineage') }
}
