/** What a client asks for in `GET /sync/<document>?receipts=1&lineage=…`. */
import { type DocumentId, parseDocumentId } from '@weft/protocol'

export interface SyncRequest {
  readonly document: DocumentId
  /** As the client says it. */
  readonly name: string
  /** The client understands messages 100 and 101. */
  readonly receipts: boolean
  /** What the client holds of the document belongs to this lineage; `null`: it does not say. */
  readonly lineage: string | null
}

const base = '/sync/'

export function isSyncPath(url: string | undefined): boolean {
  return url?.startsWith(base) ?? false
}

/**
 * `null`: not an address of a document. Unknown query keys are other programs' business. `documentOf`: which
 * document a name stands for.
 */
export function parseSyncRequest(
  url: string | undefined,
  documentOf: (name: string) => DocumentId | null = parseDocumentId,
): SyncRequest | null {
  if (url === undefined || !url.startsWith(base)) return null
  const mark = url.indexOf('?')
  const name = decoded(url.slice(base.length, mark === -1 ? undefined : mark))
  const document = name === null ? null : documentOf(name)
  if (name === null || document === null) return null
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  return { document, name, receipts: query.get('receipts') === '1', lineage: query.get('lineage') }
}

/** y-websocket does not encode names, but what it gives to a WebSocket does in part. */
function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name)
  } catch {
    return null
  }
}
