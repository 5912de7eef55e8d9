import type { DatabaseSync } from 'node:sqlite'
import { toPage } from './document-order.ts'
import { fewDocuments, hasFilters, pageQuery, type Source, scanEndQuery } from './document-pages.ts'
import { toRecord } from './documents.ts'
import { queries, type RunQuery } from './sqlite-queries.ts'
import { first } from './sqlite-rows.ts'
import type { DocumentPage, DocumentQuery } from './storage.ts'

export interface SqliteLists {
  page(query: DocumentQuery): DocumentPage
}

export function sqliteLists(database: DatabaseSync, rows: RunQuery): SqliteLists {
  const countTag = database.prepare('SELECT documents AS count FROM tags WHERE tag = ?')
  const countAuthor = database.prepare(
    `SELECT count(*) AS count FROM
     (SELECT 1 FROM documents WHERE created_by = ? AND shelf = ? LIMIT ${fewDocuments + 1})`,
  )

  function isFew(row: { readonly count: number } | undefined): boolean {
    return (row?.count ?? 0) <= fewDocuments
  }

  /** The first that is certain to be short; else the order of the list itself. */
  function sourceOf({ starred, isPinned, tag, author, trashed }: DocumentQuery): Source {
    if (starred?.is === true) return { type: 'stars', by: starred.by }
    if (isPinned === true && !trashed) return { type: 'pins' }
    // Tags are counted outside the trash.
    if (tag !== undefined && !trashed && isFew(first(countTag, tag))) return { type: 'tag', tag }
    if (author !== undefined && isFew(first(countAuthor, author, trashed ? 1 : 0)))
      return { type: 'author', author }
    return { type: 'order' }
  }

  return {
    page(query) {
      const source = sourceOf(query)
      const found = rows({ compile: () => pageQuery(query, source).compile(queries) }).map(toRecord)
      const page = toPage(found, query)
      if (source.type !== 'order' || page.next !== null || !hasFilters(query)) return page
      const [end] = rows({ compile: () => scanEndQuery(query).compile(queries) })
      return end === undefined ? page : { ...page, next: end }
    },
  }
}
