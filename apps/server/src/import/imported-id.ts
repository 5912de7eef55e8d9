import { createHash } from 'node:crypto'
import { type DocumentId, parseDocumentId } from '@weft/protocol'

/** Of what an import makes of the file at `path`: the same whenever it does, and as hard to guess as the import's own. */
export function importedId(importId: string, path: string): DocumentId {
  const digest = createHash('sha256').update(`${importId} ${path}`).digest('base64url')
  const id = parseDocumentId(digest.slice(0, 22))
  if (id === null) throw new TypeError('a digest is no document id')
  return id
}
