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
import { eventsOf } from './events-of.ts'
import { Refusal } from './refusal.ts'
import { type Arrivals, sqliteArrivals } from './sqlite-arrivals.ts'
import { isCorrupt } from './sqlite-errors.ts'
import { sqliteEvents } from './sqlite-events.ts'
import { sqliteHistory } from './sqlite-history.ts'
import { sqliteLog } from './sqlite-log.ts'
import type { Answers, Read, Write } from './sqlite-messages.ts'
import { queries, queryRunner } from './sqlite-queries.ts'
import { type Snapshots, sqliteSnapshots } from './sqlite-snapshots.ts'
import { sqliteWebhooks } from './sqlite-webhooks.ts'
import type { DocumentDraft, DocumentRecord } from './storage.ts'

export interface SqliteRequests {
  /** Inside a transaction. Throws {@link Refusal} or what SQLite throws. */
  write(write: Write): Answers[Write['type']]
  /** Between two. */
  read(read: Read): Answers[Read['type']]
  /** A transaction was undone. */
  reload(): void
  readonly arrivals: Arrivals
  readonly snapshots: Snapshots
}

export function sqliteRequests(database: DatabaseSync): SqliteRequests {
  const arrivals = sqliteArrivals(database)
  const snapshots = sqliteSnapshots(database)
  const log = sqliteLog(database, { arrivals, snapshots, history: sqliteHistory(database, snapshots) })
  const rows = queryRunner(database)
  const events = sqliteEvents(database, recordWith)
  const webhooks = sqliteWebhooks(database, events)
  const touchProbe = database.prepare(
    'INSERT INTO probe (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
  )

  function create(draft: DocumentDraft): DocumentRecord {
    const [row] = rows(insertDocument(queries, draft))
    if (row === undefined) throw new Refusal('exists', `document ${draft.id} exists`)
    if (draft.first !== null) log.insertFirst(draft.id, draft.first)
    const record = toRecord(row)
    events.record('created', record, draft.createdAt, draft.createdBy)
    return record
  }

  /** The rows that `query` gives, with what came of the document since they were written. */
  function recordOf(row: DocumentRow | undefined): DocumentRecord | null {
    if (row === undefined) return null
    const record = toRecord(row)
    const arrived = arrivals.of(row.id)
    return arrived === null ? record : { ...record, revision: arrived.head, updatedAt: arrived.updatedAt }
  }

  function recordWith(id: DocumentId): DocumentRecord | null {
    return recordOf(rows(selectDocument(queries, id))[0])
  }

  /** Changes the document's own row, which must say everything then: above all that it is in the trash. */
  function change(write: RowWrite): DocumentRecord | null {
    arrivals.file(write.id)
    const before = recordWith(write.id)
    const after = recordOf(rows(changeOf(write))[0])
    if (before === null || after === null) return after
    const types = eventsOf(before, after)
    if (types.length > 0) events.tellChange(write.id, write.at)
    for (const type of types) events.record(type, after, write.at, write.by)
    return after
  }

  return {
    arrivals,
    snapshots,
    reload() {
      arrivals.reload()
      events.reload()
    },
    write(write) {
      switch (write.type) {
        case 'append': {
          const position = log.append(write.document, write.entries)
          if (write.entries.length > 0) events.noteChange(write.document)
          return position
        }
        case 'fold':
          log.fold(write)
          return null
        case 'create':
          return create(write.draft)
        case 'update':
        case 'trash':
        case 'restore':
          return change(write)
        case 'tell-changes':
          return events.tellChanges(write.at)
        case 'webhooks.create':
          return webhooks.create(...write.given)
        case 'webhooks.update':
          return webhooks.update(...write.given)
        case 'webhooks.remove':
          return webhooks.remove(...write.given)
        case 'webhooks.enqueue':
          return webhooks.enqueue(...write.given)
        case 'webhooks.add':
          return webhooks.add(...write.given)
        case 'webhooks.claim':
          return webhooks.claim(...write.given)
        case 'webhooks.settle':
          return webhooks.settle(...write.given)
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
        case 'entries':
          return unlessCorrupt(read.document, () => log.entries(read.document, read.after))
        case 'events':
          return events.read(read.query)
        case 'webhooks.get':
          return webhooks.get(...read.given)
        case 'webhooks.list':
          return webhooks.list()
        case 'webhooks.nextDue':
          return webhooks.nextDue(...read.given)
        case 'webhooks.delivery':
          return webhooks.delivery(...read.given)
        case 'webhooks.deliveries':
          return webhooks.deliveries(...read.given)
        case 'get':
          return recordWith(read.id)
        case 'get-many':
          return rows(selectDocuments(queries, read.ids)).flatMap((row) => recordOf(row) ?? [])
        case 'list':
          return toPage(rows(selectPage(queries, read.query)).map(toRecord), read.query.limit)
      }
    },
  }
}

type RowWrite = Extract<Write, { readonly type: 'update' | 'trash' | 'restore' }>

function changeOf(write: RowWrite) {
  switch (write.type) {
    case 'update':
      return updateDocument(queries, write.id, write.changes, write.at)
    case 'trash':
      return trashDocument(queries, write.id, write.at)
    case 'restore':
      return restoreDocument(queries, write.id)
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
