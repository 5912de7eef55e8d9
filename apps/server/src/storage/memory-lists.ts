/** Which documents a list shows, and in which order, without a database. */

import { foldedText } from '../folded-text.ts'
import { isDescending, markOf } from './document-order.ts'
import type { MemoryMarks } from './memory-marks.ts'
import type { DocumentQuery, DocumentRecord, PageMark } from './storage.ts'

export function isListed(
  record: DocumentRecord,
  query: DocumentQuery,
  marks: Pick<MemoryMarks, 'isStarred'>,
): boolean {
  const { trashed, title, folder, tag, starred, isPinned, isTemplate, author, kind, after } = query
  return (
    (record.trashedAt !== null) === trashed &&
    (title === null || foldedText(record.title).includes(foldedText(title))) &&
    (folder === undefined || record.folder === (folder === 'none' ? null : folder)) &&
    (tag === undefined || record.tags.includes(tag)) &&
    (starred === undefined || marks.isStarred(starred.by, record.id) === starred.is) &&
    (isPinned === undefined || record.isPinned === isPinned) &&
    (isTemplate === undefined || record.isTemplate === isTemplate) &&
    (author === undefined || record.createdBy === author) &&
    (kind === undefined || record.kind === kind) &&
    (after === null || byMark(query)(markOf(record, query.sort), after) > 0)
  )
}

export function listOrder(query: DocumentQuery): (a: DocumentRecord, b: DocumentRecord) => number {
  const compare = byMark(query)
  return (a, b) => compare(markOf(a, query.sort), markOf(b, query.sort))
}

function byMark(query: DocumentQuery): (a: PageMark, b: PageMark) => number {
  const sign = isDescending(query) ? -1 : 1
  return (a, b) => sign * (byKey(a.key, b.key) || byKey(a.id, b.id))
}

/** Texts as SQLite compares them: by the bytes of their UTF-8. */
function byKey(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}
