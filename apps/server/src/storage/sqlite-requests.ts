/** What each question means to the database. */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import { toPage } from './document-page.ts'
import {
  type DocumentRow,
  insertDocument,
  restoreDocument,
  selectDocument,
  selectDocuments,
  selectPage,
  toRecord,
  trashDocument,
  updateDocument,
} from './documents.ts'
import { Refusal } from './refusal.ts'
import { type Arrivals, sqliteArrivals } from './sqlite-arrivals.ts'
import { sqliteAttachments } from './sqlite-attachments.ts'
import { isCorrupt } from './sqlite-errors.ts'
import { sqliteHistory } from './sqlite-history.ts'
import { sqliteImports } from './sqlite-imports.ts'
import { sqliteLog } from './sqlite-log.ts'
import type { Answers, Read, Write } from './sqlite-messages.ts'
import { queries, queryRunner } from './sqlite-queries.ts'
import { type Snapshots, sqliteSnapshots } from './sqlite-snapshots.ts'
import type { DocumentDraft, DocumentRecord } from './storage.ts'

export interface SqliteRequests {
  /** Inside a transaction. Throws {@link Refusal} or what SQLite throws. */
  write(write: Write): Answers[Write['type']]
  /** Between two. */
  read(read: Read): Answers[Read['type']]
  readonly arrivals: Arrivals
  readonly snapshots: Snapshots
}

export function sqliteRequests(database: DatabaseSync): SqliteRequests {
  const arrivals = sqliteArrivals(database)
  const snapshots = sqliteSnapshots(database)
  const log = sqliteLog(database, { arrivals, snapshots, history: sqliteHistory(database, snapshots) })
  const attachments = sqliteAttachments(database)
  const imports = sqliteImports(database)
  const rows = queryRunner(database)
  const touchProbe = database.prepare(
    'INSERT INTO probe (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
  )

  function create(draft: DocumentDraft): DocumentRecord {
    const [row] = rows(insertDocument(queries, draft))
    if (row === undefined) throw new Refusal('exists', `document ${draft.id} exists`)
    if (draft.first !== null) log.insertFirst(draft.id, draft.first)
    return toRecord(row)
  }

  /** The rows that `query` gives, with what came of the document since they were written. */
  function recordOf(row: DocumentRow | undefined): DocumentRecord | null {
    if (row === undefined) return null
    const record = toRecord(row)
    const arrived = arrivals.of(row.id)
    return arrived === null ? record : { ...record, revision: arrived.head, updatedAt: arrived.updatedAt }
  }

  return {
    arrivals,
    snapshots,
    write(write) {
      switch (write.type) {
        case 'append':
          return log.append(write.document, write.entries)
        case 'fold':
          log.fold(write)
          return null
        case 'create':
          return create(write.draft)
        // Each changes the document's own row, which must say everything then: above all that it is in the trash.
        case 'update':
          arrivals.file(write.id)
          return recordOf(rows(updateDocument(queries, write.id, write.changes, write.at))[0])
        case 'trash':
          arrivals.file(write.id)
          return recordOf(rows(trashDocument(queries, write.id, write.at))[0])
        case 'restore':
          arrivals.file(write.id)
          return recordOf(rows(restoreDocument(queries, write.id))[0])
        case 'probe':
          touchProbe.run(write.at)
          return null
        case 'shorten-arrivals':
          arrivals.shorten()
          return null
        case 'file-arrivals':
          arrivals.fileAll()
          return null
        case 'write-heads':
          arrivals.writeHeads()
          return null
        case 'add-piece':
          snapshots.addPiece(write.pieces, write.number, write.bytes)
          return null
        case 'drop-loose-pieces':
          snapshots.dropLoose()
          return null
        case 'add-attachment':
        case 'remove-attachment':
        case 'mark-attachments':
          return attachments.write(write)
        case 'save-import':
        case 'remove-import':
        case 'interrupt-imports':
        case 'forget-imports':
          return imports.write(write)
      }
    },

    read(read) {
      switch (read.type) {
        case 'read':
          return unlessCorrupt(read.document, () => log.read(read.document, read.after))
        case 'read-at':
          return unlessCorrupt(read.document, () => log.readAt(read.document, read.position))
        case 'position-at':
          return unlessCorrupt(read.document, () => log.positionAt(read.document, read.time))
        case 'get':
          return recordOf(rows(selectDocument(queries, read.id))[0])
        case 'get-many':
          return rows(selectDocuments(queries, read.ids)).flatMap((row) => recordOf(row) ?? [])
        case 'list':
          return toPage(rows(selectPage(queries, read.query)).map(toRecord), read.query.limit)
        case 'get-attachment':
        case 'list-attachments':
        case 'documents-with-attachments':
        case 'digests-in-use':
          return attachments.read(read)
        case 'get-import':
          return imports.read(read)
      }
    },
  }
}

/** Pages of the file itself are damaged; other documents lie on others. */
function unlessCorrupt<Value>(document: DocumentId, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    if (isCorrupt(error)) throw new Refusal('damaged', `document ${document} is damaged: its pages are`)
    throw error
  }
}
