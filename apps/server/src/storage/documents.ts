/** The queries behind DocumentStore, for every SQL database: written once, compiled for each. */
import type { ActorId, DocumentId, DocumentKind, FolderId } from '@weft/protocol'
import { type Kysely, sql } from 'kysely'
import { foldedText } from '../folded-text.ts'
import { titleKey } from './document-order.ts'
import type { DocumentChanges, DocumentDraft, DocumentRecord } from './storage.ts'

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
  readonly title_key: string
  /** 0: outside the trash, 1: in it, 2: deleted for good. */
  readonly shelf: number
  readonly folder: FolderId | null
  /** A list in JSON. */
  readonly tags: string
  readonly pinned: number
  readonly template: number
}

type Database = Kysely<Tables>

/** No row: a document with this id exists. */
export function insertDocument(db: Database, draft: DocumentDraft) {
  const head = draft.first === null ? 0 : 1
  const row: DocumentRow = {
    id: draft.id,
    title: draft.title,
    title_folded: foldedText(draft.title),
    kind: draft.kind,
    language: draft.language,
    lineage: draft.lineage,
    head,
    filed: head,
    created_by: draft.createdBy,
    created_at: draft.createdAt,
    updated_at: draft.createdAt,
    trashed_at: null,
    title_key: titleKey(draft.title),
    shelf: 0,
    folder: draft.folder ?? null,
    tags: JSON.stringify(draft.tags ?? []),
    pinned: 0,
    template: draft.isTemplate === true ? 1 : 0,
  }
  return db
    .insertInto('documents')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
}

export function selectDocument(db: Database, id: DocumentId) {
  return db.selectFrom('documents').selectAll().where('id', '=', id).where('shelf', '<', 2)
}

export function selectDocuments(db: Database, ids: readonly DocumentId[]) {
  return db
    .selectFrom('documents')
    .selectAll()
    .where('id', 'in', [...ids])
    .where('shelf', '<', 2)
}

/** No row: there is none outside the trash. */
export function updateDocument(db: Database, id: DocumentId, changes: DocumentChanges, at: number) {
  const { title, language, folder, tags, isPinned, isTemplate } = changes
  return db
    .updateTable('documents')
    .set({
      // So that there always is something to set.
      id,
      ...((title !== undefined || language !== undefined) && { updated_at: at }),
      ...(title !== undefined && { title, title_folded: foldedText(title), title_key: titleKey(title) }),
      ...(language !== undefined && { language }),
      ...(folder !== undefined && { folder }),
      ...(tags !== undefined && { tags: JSON.stringify(tags) }),
      ...(isPinned !== undefined && { pinned: isPinned ? 1 : 0 }),
      ...(isTemplate !== undefined && { template: isTemplate ? 1 : 0 }),
    })
    .where('id', '=', id)
    .where('shelf', '=', 0)
    .returningAll()
}

export function trashDocument(db: Database, id: DocumentId, at: number) {
  return db
    .updateTable('documents')
    .set((value) => ({ shelf: 1, trashed_at: value.fn.coalesce('trashed_at', value.val(at)) }))
    .where('id', '=', id)
    .where('shelf', '<', 2)
    .returningAll()
}

export function restoreDocument(db: Database, id: DocumentId, pin: 'kept' | 'lost') {
  return db
    .updateTable('documents')
    .set({
      shelf: 0,
      trashed_at: null,
      ...(pin === 'lost' && { pinned: 0 }),
      folder: sql<FolderId | null>`(select folders.id from folders where folders.id = documents.folder)`,
    })
    .where('id', '=', id)
    .where('shelf', '<', 2)
    .returningAll()
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
    folder: row.folder,
    // Written by this file.
    tags: JSON.parse(row.tags) as readonly string[],
    isPinned: row.pinned === 1,
    isTemplate: row.template === 1,
  }
}
