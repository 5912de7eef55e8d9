import { type DocumentId, mayWrite, parseDocumentId } from '@weft/protocol'
import { DocumentGone } from '@weft/sync'
import type { DocumentRecord } from '../storage/storage.ts'
import type { HttpContext, HttpDeps } from './env.ts'
import { Refused } from './refused.ts'

/** The document that this actor may read or write; also one in the trash. Forbidden to see and absent answer alike. */
export async function authorised(
  c: HttpContext,
  { storage, access }: Pick<HttpDeps, 'storage' | 'access'>,
  id: string,
  need: 'read' | 'write',
): Promise<DocumentRecord> {
  const record = await storage.documents.get(documentId(id))
  const role = record === null ? null : access.roleOf(c.var.actor, record)
  if (record === null || role === null) throw new Refused('not-found')
  if (need === 'write' && !mayWrite(role)) throw new Refused('forbidden')
  return record
}

/** As {@link authorised}, and not in the trash: its content may be had. Counts as having it open. */
export async function authorisedContent(
  c: HttpContext,
  deps: Pick<HttpDeps, 'storage' | 'access' | 'openings'>,
  id: string,
  need: 'read' | 'write',
): Promise<DocumentRecord> {
  const record = await authorised(c, deps, id, need)
  if (record.trashedAt !== null) throw new Refused('document-in-trash')
  deps.openings.note(c.var.actor, record.id)
  return record
}

/** Into the trash, or away, while `work` was under way: says which. */
export async function whileThere<Result>(
  c: HttpContext,
  deps: Pick<HttpDeps, 'storage' | 'access' | 'openings'>,
  id: DocumentId,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DocumentGone) await authorisedContent(c, deps, id, 'read')
    throw error
  }
}

export function documentId(text: string): DocumentId {
  const id = parseDocumentId(text)
  if (id === null) throw new Refused('not-found')
  return id
}
