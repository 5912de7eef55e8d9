/** What each question means to the database. */
import type { DatabaseSync } from 'node:sqlite'
import { toPage } from './document-page.ts'
import {
  type DocumentRow,
  insertDocument,
  restoreDocument,
  selectDocument,
  selectPage,
  toRecord,
  trashDocument,
  updateDocument,
} from './documents.ts'
import { Refusal } from './refusal.ts'
import { isCorrupt } from './sqlite-errors.ts'
import { sqliteLog } from './sqlite-log.ts'
import type { Answers, Read, Write } from './sqlite-messages.ts'
import { queries, queryRunner } from './sqlite-queries.ts'
import type { DocumentDraft, DocumentRecord } from './storage.ts'

export interface SqliteRequests {
  /** Inside a transaction. Throws {@link Refusal} or what SQLite throws. */
  write(write: Write): Answers[Write['type']]
  /** Between two. */
  read(read: Read): Answers[Read['type']]
}

export function sqliteRequests(database: DatabaseSync): SqliteRequests {
  const log = sqliteLog(database)
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

  return {
    write(write) {
      switch (write.type) {
        case 'append':
          return log.append(write.document, write.entries)
        case 'fold':
          log.fold(write)
          return null
        case 'create':
          return create(write.draft)
        case 'update':
          return recordOrNull(rows(updateDocument(queries, write.id, write.changes, write.at)))
        case 'trash':
          return recordOrNull(rows(trashDocument(queries, write.id, write.at)))
        case 'restore':
          return recordOrNull(rows(restoreDocument(queries, write.id)))
        case 'probe':
          touchProbe.run(write.at)
          return null
      }
    },

    read(read) {
      switch (read.type) {
        case 'read':
          try {
            return log.read(read.document, read.after)
          } catch (error) {
            // Pages of the file itself are damaged; other documents lie on others.
            if (isCorrupt(error))
              throw new Refusal('damaged', `document ${read.document} is damaged: its pages are`)
            throw error
          }
        case 'get':
          return recordOrNull(rows(selectDocument(queries, read.id)))
        case 'list':
          return toPage(rows(selectPage(queries, read.query)).map(toRecord), read.query.limit)
      }
    },
  }
}

function recordOrNull([row]: readonly DocumentRow[]): DocumentRecord | null {
  return row === undefined ? null : toRecord(row)
}
