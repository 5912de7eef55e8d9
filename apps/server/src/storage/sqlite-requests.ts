/** What each question means to the database. */
import type { DatabaseSync } from 'node:sqlite'
import { type DocumentId, type FolderId, limits } from '@weft/protocol'
import {
  type DocumentRow,
  insertDocument,
  restoreDocument,
  selectDocument,
  selectDocuments,
  toRecord,
  trashDocument,
  updateDocument,
} from './documents.ts'
import { eventsOf } from './events-of.ts'
import { Refusal } from './refusal.ts'
import { retagged, tooManyTags } from './retagged.ts'
import { sqliteAnswers } from './sqlite-answers.ts'
import { type Arrivals, sqliteArrivals } from './sqlite-arrivals.ts'
import { sqliteAttachments } from './sqlite-attachments.ts'
import { isCorrupt } from './sqlite-errors.ts'
import { sqliteEvents } from './sqlite-events.ts'
import { sqliteFolders } from './sqlite-folders.ts'
import { sqliteHistory } from './sqlite-history.ts'
import { sqliteImports } from './sqlite-imports.ts'
import { sqliteLists } from './sqlite-lists.ts'
import { sqliteLog } from './sqlite-log.ts'
import { sqliteMarks } from './sqlite-marks.ts'
import type { Answers, Read, Write } from './sqlite-messages.ts'
import { type SqlitePurges, sqlitePurges } from './sqlite-purges.ts'
import { queries, queryRunner } from './sqlite-queries.ts'
import { sqliteQuotas } from './sqlite-quotas.ts'
import { all, first } from './sqlite-rows.ts'
import { type Snapshots, sqliteSnapshots } from './sqlite-snapshots.ts'
import { sqliteTags } from './sqlite-tags.ts'
import { webhookRead, webhookWrite } from './sqlite-webhook-requests.ts'
import { sqliteWebhooks } from './sqlite-webhooks.ts'
import type { DocumentChanges, DocumentDraft, DocumentRecord, Quotas } from './storage.ts'

export interface SqliteRequests {
  /** Inside a transaction. Throws {@link Refusal} or what SQLite throws. */
  write(write: Write): Answers[Write['type']]
  /** Between two. */
  read(read: Read): Answers[Read['type']]
  readonly arrivals: Arrivals
  readonly snapshots: Snapshots
  readonly purges: SqlitePurges
  /** A transaction was undone: forget what it changed in memory. */
  undone(): void
}

export function sqliteRequests(database: DatabaseSync, allowed: Quotas): SqliteRequests {
  const arrivals = sqliteArrivals(database)
  const snapshots = sqliteSnapshots(database)
  const log = sqliteLog(database, { arrivals, snapshots, history: sqliteHistory(database, snapshots) })
  const answers = sqliteAnswers(database)
  const attachments = sqliteAttachments(database)
  const imports = sqliteImports(database)
  const rows = queryRunner(database)
  const events = sqliteEvents(database, recordWith)
  const webhooks = sqliteWebhooks(database, events)
  const lists = sqliteLists(database, rows)
  const folders = sqliteFolders(database)
  const tags = sqliteTags(database)
  const marks = sqliteMarks(database)
  const purges = sqlitePurges(database, { arrivals, snapshots })
  const quotas = sqliteQuotas(database, allowed)
  const isTaken = database.prepare('SELECT 1 FROM documents WHERE id = ?')
  const trashedBefore = database.prepare(
    'SELECT id FROM documents WHERE shelf = 1 AND trashed_at < ? ORDER BY trashed_at LIMIT ?',
  )
  const countPinned = database.prepare(
    'SELECT count(*) AS count FROM documents WHERE pinned = 1 AND shelf = 0 AND id <> ?',
  )
  const touchProbe = database.prepare(
    'INSERT INTO probe (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at',
  )

  function create(draft: DocumentDraft): DocumentRecord {
    const { attachments: files = [] } = draft
    requireFolder(draft.folder)
    attachments.requireRoom(files)
    // An id that is taken is refused as such, and first.
    if (first(isTaken, draft.id) === undefined) quotas.requireRoom(draft.createdBy)
    const [row] = rows(insertDocument(queries, draft))
    if (row === undefined) throw new Refusal('exists', `document ${draft.id} exists`)
    quotas.count(1)
    tags.put(draft.id, draft.tags ?? [])
    if (draft.first !== null) log.insertFirst(draft.id, draft.first)
    attachments.addFirst(files)
    const record = toRecord(row)
    events.record('created', record, draft.createdAt, draft.createdBy)
    return record
  }

  function requireFolder(id: FolderId | null | undefined): void {
    if (id != null && folders.get(id) === null) throw new Refusal('no-folder', `there is no folder ${id}`)
  }

  function pinnedBeside(id: DocumentId): number {
    return first<Count>(countPinned, id)?.count ?? 0
  }

  function update({ id, changes, at }: Extract<Write, { readonly type: 'update' }>): DocumentRecord | null {
    requireFolder(changes.folder)
    if (changes.isPinned === true && pinnedBeside(id) >= limits.pinnedDocuments)
      throw new Refusal('limit', `At most ${limits.pinnedDocuments} documents can be pinned.`)
    const whole = withTags(id, changes)
    arrivals.file(id)
    const record = recordOf(rows(updateDocument(queries, id, whole, at))[0])
    if (record !== null && whole.tags !== undefined) tags.put(id, whole.tags)
    return record
  }

  /** All of the document's tags, where some are to come or to go. */
  function withTags(id: DocumentId, changes: DocumentChanges): DocumentChanges {
    const [row] = changes.retag === undefined ? [] : rows(selectDocument(queries, id))
    if (row === undefined || changes.retag === undefined) return changes
    const after = retagged(toRecord(row).tags, changes.retag)
    if (after === null) throw new Refusal('limit', tooManyTags)
    return { ...changes, tags: after }
  }

  function purge({ ids, at, by }: Extract<Write, { readonly type: 'purge' }>): readonly DocumentId[] {
    const records = ids.flatMap((id) => recordWith(id) ?? [])
    const purged = purges.begin(ids)
    quotas.count(-purged.length)
    for (const record of records) {
      if (!purged.includes(record.id)) continue
      events.forget(record.id)
      webhooks.forget(record.id)
      events.record('deleted', { ...record, title: '', language: null }, at, by)
    }
    return purged
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

  /** Writes an event of each thing that `change` does to the document, after one of what was written in it before. */
  function told({ id, at, by }: RowWrite, change: () => DocumentRecord | null): DocumentRecord | null {
    const before = recordWith(id)
    const after = change()
    if (before === null || after === null) return after
    const types = eventsOf(before, after)
    if (types.length > 0) events.tellChange(id, at)
    for (const type of types) events.record(type, after, at, by)
    return after
  }

  return {
    arrivals,
    snapshots,
    purges,
    undone() {
      arrivals.reload()
      events.reload()
      quotas.recount()
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
          return told(write, () => update(write))
        case 'trash':
          return told(write, () => {
            arrivals.file(write.id)
            tags.put(write.id, [])
            return recordOf(rows(trashDocument(queries, write.id, write.at))[0])
          })
        case 'restore':
          return told(write, () => {
            arrivals.file(write.id)
            const pin = pinnedBeside(write.id) < limits.pinnedDocuments ? 'kept' : 'lost'
            const record = recordOf(rows(restoreDocument(queries, write.id, pin))[0])
            if (record !== null) tags.put(write.id, record.tags)
            return record
          })
        case 'purge':
          return purge(write)
        case 'go-on-purging':
          purges.goOn()
          return null
        case 'create-folder':
          return folders.create(write.draft)
        case 'change-folder':
          return folders.change(write.id, write.changes)
        case 'remove-folder':
          return folders.remove(write.id)
        case 'star':
          marks.star(write.actor, write.document, write.at)
          return null
        case 'unstar':
          marks.unstar(write.actor, write.document)
          return null
        case 'note-openings':
          marks.noteOpenings(write.openings)
          return null
        case 'forget-openings':
          marks.forgetOpenings(write.before)
          return null
        case 'note-request':
          answers.note(write.request, write.note)
          return null
        case 'keep-answer':
          answers.keep(write.request, write.answer)
          return null
        case 'forget-answer':
          answers.forget(write.request)
          return null
        case 'purge-answers':
          return answers.purge(write.time, write.most)
        case 'tell-changes':
          return events.tellChanges(write.at)
        case 'webhooks.create':
        case 'webhooks.update':
        case 'webhooks.remove':
        case 'webhooks.enqueue':
        case 'webhooks.add':
        case 'webhooks.claim':
        case 'webhooks.settle':
          return webhookWrite(webhooks, write)
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
        case 'entries':
          return unlessCorrupt(read.document, () => log.entries(read.document, read.after))
        case 'events':
          return events.read(read.query)
        case 'webhooks.get':
        case 'webhooks.list':
        case 'webhooks.nextDue':
        case 'webhooks.delivery':
        case 'webhooks.deliveries':
          return webhookRead(webhooks, read)
        case 'get':
          return recordWith(read.id)
        case 'get-many':
          return rows(selectDocuments(queries, read.ids)).flatMap((row) => recordOf(row) ?? [])
        case 'find-answer':
          return answers.find(read.request)
        case 'list':
          return lists.page(read.query)
        case 'trashed-before':
          return all<{ readonly id: DocumentId }>(trashedBefore, read.before, read.limit).map(({ id }) => id)
        case 'tags':
          return tags.list(read.query)
        case 'folders':
          return folders.list()
        case 'folder':
          return folders.get(read.id)
        case 'starred':
          return marks.starred(read.actor, read.documents)
        case 'openings':
          return marks.openings(read.actor)
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

type RowWrite = Extract<Write, { readonly type: 'update' | 'trash' | 'restore' }>

interface Count {
  readonly count: number
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
