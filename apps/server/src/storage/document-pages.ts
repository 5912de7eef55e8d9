/**
 * The queries behind lists, for every SQL database. Each reads one index in its order from the place where the page
 * before ended, so that the thousandth page costs what the first does.
 *
 * Rule: no query looks at more than {@link scannedAtOnce} documents. Where few of them fit, either the few are known by
 * an index of their own ({@link Source}), or the page ends early and the next one goes on behind what was looked at.
 */
import type { ActorId } from '@weft/protocol'
import { type RawBuilder, sql } from 'kysely'
import { foldedText } from '../folded-text.ts'
import { isDescending } from './document-order.ts'
import type { DocumentRow } from './documents.ts'
import type { DocumentQuery, PageMark } from './storage.ts'

export const scannedAtOnce = 2_000

/** So few that all may be looked at, and sorted, for each page. */
export const fewDocuments = 1_000

/** From where the documents of a page are taken. */
export type Source =
  | { readonly type: 'stars'; readonly by: ActorId }
  | { readonly type: 'pins' }
  | { readonly type: 'tag'; readonly tag: string }
  | { readonly type: 'author'; readonly author: ActorId }
  /** All, in the order of the list. */
  | { readonly type: 'order' }

const columns = { updated: 'updated_at', created: 'created_at', title: 'title_key' } as const

/** At most one row more than the page holds, which tells whether there is a next page. */
export function pageQuery(query: DocumentQuery, source: Source): RawBuilder<DocumentRow> {
  const { limit } = query
  const filters = filtersOf(query)
  if (source.type !== 'order') {
    return sql`select documents.* from (${chosen(source)}) as chosen
      cross join documents on documents.id = chosen.document
      where ${all([...standing(query), ...filters])} ${ordered(query)} limit ${limit + 1}`
  }
  const inOrder = sql`select * from documents where ${all(standing(query))} ${ordered(query)}`
  if (filters.length === 0) return sql`${inOrder} limit ${limit + 1}`
  return sql`select * from (${inOrder} limit ${scannedAtOnce}) where ${all(filters)} limit ${limit + 1}`
}

/** Where a page that looked at as many as it may has ended; no row: it came to the end of the list. */
export function scanEndQuery(query: DocumentQuery): RawBuilder<PageMark> {
  return sql`select ${key(query)} as key, id from documents where ${all(standing(query))} ${ordered(query)}
    limit 1 offset ${scannedAtOnce - 1}`
}

/** Whether such a query can leave out documents that it looks at. */
export function hasFilters(query: DocumentQuery): boolean {
  return filtersOf(query).length > 0
}

function chosen(source: Exclude<Source, { readonly type: 'order' }>): RawBuilder<unknown> {
  switch (source.type) {
    case 'stars':
      return sql`select document from stars where actor = ${source.by}`
    case 'pins':
      return sql`select id as document from documents where pinned = 1 and shelf = 0`
    case 'tag':
      return sql`select document from document_tags where tag = ${source.tag}`
    case 'author':
      return sql`select id as document from documents where created_by = ${source.author}`
  }
}

/** What one index answers: trash or not, folder, and the place where the page before ended. */
function standing(query: DocumentQuery): RawBuilder<unknown>[] {
  const { trashed, folder, after } = query
  const conditions = [sql`shelf = ${trashed ? 1 : 0}`]
  if (folder !== undefined && folder !== 'none') conditions.unshift(sql`folder = ${folder}`)
  if (after !== null) {
    const beyond = isDescending(query) ? sql`<` : sql`>`
    conditions.push(sql`(${key(query)}, id) ${beyond} (${after.key}, ${after.id})`)
  }
  return conditions
}

function filtersOf(query: DocumentQuery): RawBuilder<unknown>[] {
  const { title, folder, tag, starred, isPinned, isTemplate, author, kind } = query
  const filters: RawBuilder<unknown>[] = []
  if (title !== null) {
    const part = foldedText(title).replace(/[\\%_]/g, '\\$&')
    filters.push(sql`title_folded like ${`%${part}%`} escape '\\'`)
  }
  if (folder === 'none') filters.push(sql`folder is null`)
  if (tag !== undefined) filters.push(sql`exists (select 1 from json_each(tags) where value = ${tag})`)
  if (starred !== undefined) {
    const star = sql`exists (select 1 from stars where actor = ${starred.by} and document = id)`
    filters.push(starred.is ? star : sql`not ${star}`)
  }
  if (isPinned !== undefined) filters.push(sql`pinned = ${isPinned ? 1 : 0}`)
  if (isTemplate !== undefined) filters.push(sql`template = ${isTemplate ? 1 : 0}`)
  if (author !== undefined) filters.push(sql`created_by = ${author}`)
  if (kind !== undefined) filters.push(sql`kind = ${kind}`)
  return filters
}

function key({ sort = 'updated' }: DocumentQuery): RawBuilder<unknown> {
  return sql.ref(columns[sort])
}

function ordered(query: DocumentQuery): RawBuilder<unknown> {
  const direction = isDescending(query) ? sql`desc` : sql`asc`
  return sql`order by ${key(query)} ${direction}, id ${direction}`
}

function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}
