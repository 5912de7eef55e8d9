/** The queries behind DocumentStore, for every SQL database: written once, compiled for each. */
import type { ActorId, DocumentId, DocumentKind } from '@weft/protocol'
import { type Kysely, sql } from 'kysely'
import { foldedTitle } from './folded-title.ts'
import type { DocumentChanges, DocumentDraft, DocumentQuery, DocumentRecord } from './storage.ts'

export interface Tables {
  readonly documents: DocumentRow
}

/** The columns as migrations.ts creates them. */
export interface DocumentRow {
  readonly id: DocumentId
  readonly title: string
  readonly title_folded: string
  readonly kind: DocumentKind
  readonly language: string | null
  readonly lineage: string
  /** Behind, while sqlite-arrivals.ts knows more. */
  readonly head: number
  /** Position up to which a snapshot or `updates` has it. */
  readonly filed: number
  readonly created_by: ActorId
  readonly created_at: number
  readonly updated_at: number
  readonly trashed_at: number | null
}

type Database = Kysely<Tables>

/** No row: a document with this id exists. */
export function insertDocument(db: Database, draft: DocumentDraft) {
  const head = draft.first === null ? 0 : 1
  const row: DocumentRow = {
    id: draft.id,
    title: draft.title,
    title_folded: foldedTitle(draft.title),
    kind: draft.kind,
    language: draft.language,
    lineage: draft.lineage,
    head,
    filed: head,
    created_by: draft.createdBy,
    created_at: draft.createdAt,
    updated_at: draft.createdAt,
    trashed_at: null,
  }
  return db
    .insertInto('documents')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
}

export function selectDocument(db: Database, id: DocumentId) {
  return db.selectFrom('documents').selectAll().where('id', '=', id)
}

export function selectDocuments(db: Database, ids: readonly DocumentId[]) {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('id', 'in', [...ids])
}

/** One row more than the page holds, which tells whether there is a next page. */
export function selectPage(db: Database, query: DocumentQuery) {
  let rows = db
    .selectFrom('documents')
    .selectAll()
    .where('trashed_at', query.trashed ? 'is not' : 'is', null)
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(query.limit + 1)
  if (query.title !== null) {
    const part = foldedTitle(query.title).replace(/[\\%_]/g, '\\$&')
    rows = rows.where(sql<boolean>`title_folded like ${`%${part}%`} escape '\\'`)
  }
  const after = query.after
  if (after !== null) {
    // The first comparison alone bounds the index scan; an OR over both columns would read it from its start.
    rows = rows
      .where('updated_at', '<=', after.updatedAt)
      .where((is) => is.or([is('updated_at', '<', after.updatedAt), is('id', '>', after.id)]))
  }
  return rows
}

export function updateDocument(db: Database, id: DocumentId, changes: DocumentChanges, at: number) {
  return db
    .updateTable('documents')
    .set({
      updated_at: at,
      ...(changes.title !== undefined && { title: changes.title, title_folded: foldedTitle(changes.title) }),
      ...(changes.language !== undefined && { language: changes.language }),
    })
    .where('id', '=', id)
    .where('trashed_at', 'is', null)
    .returningAll()
}

export function trashDocument(db: Database, id: DocumentId, at: number) {
  return db
    .updateTable('documents')
    .set((value) => ({ trashed_at: value.fn.coalesce('trashed_at', value.val(at)) }))
    .where('id', '=', id)
    .returningAll()
}

export function restoreDocument(db: Database, id: DocumentId) {
  return db.updateTable('documents').set({ trashed_at: null }).where('id', '=', id).returningAll()
}

export function toRecord(row: DocumentRow): DocumentRecord {
  return {
    id: row.id,
    title: row.title,
    kind: row.kind,
    language: row.language,
    revision: row.head,
    lineage: row.lineage,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    trashedAt: row.trashed_at,
  }
}
