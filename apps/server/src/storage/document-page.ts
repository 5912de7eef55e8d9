import type { DocumentPage, DocumentRecord } from './storage.ts'

/** A page of at most `limit`, made of the records that follow its start, in order; more than `limit` mean a next page. */
export function toPage(records: readonly DocumentRecord[], limit: number): DocumentPage {
  const documents = records.slice(0, limit)
  const last = documents.at(-1)
  const more = records.length > limit && last !== undefined
  return { documents, next: more ? { updatedAt: last.updatedAt, id: last.id } : null }
}
