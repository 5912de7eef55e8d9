/** In which order a list is: what it is sorted by, then the id, both in the same direction. */
import { foldedText } from '../folded-text.ts'
import type { DocumentPage, DocumentQuery, DocumentRecord, DocumentSort, PageMark } from './storage.ts'

/** Characters of a title that decide its place. All documents with these in common are in the order of their ids. */
const keyLength = 100

/** What a title is sorted by. Change this only together with a migration that makes all of them again. */
export function titleKey(title: string): string {
  return [...foldedText(title)].slice(0, keyLength).join('')
}

export function isDescending({ sort = 'updated', order }: Pick<DocumentQuery, 'sort' | 'order'>): boolean {
  return order === undefined ? sort !== 'title' : order === 'descending'
}

export function markOf(record: DocumentRecord, sort: DocumentSort = 'updated'): PageMark {
  return { key: keyOf(record, sort), id: record.id }
}

function keyOf(record: DocumentRecord, sort: DocumentSort): number | string {
  switch (sort) {
    case 'updated':
      return record.updatedAt
    case 'created':
      return record.createdAt
    case 'title':
      return titleKey(record.title)
  }
}

/** A page of at most `limit`, made of the records that follow its start, in order; more than `limit` mean a next page. */
export function toPage(
  records: readonly DocumentRecord[],
  { limit, sort }: Pick<DocumentQuery, 'limit' | 'sort'>,
): DocumentPage {
  const documents = records.slice(0, limit)
  const last = documents.at(-1)
  const more = records.length > limit && last !== undefined
  return { documents, next: more ? markOf(last, sort) : null }
}
