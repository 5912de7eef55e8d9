/**
 * The update log in SQLite, on raw prepared statements. Every function runs inside the worker's transaction or,
 * for reading, between two: nothing else runs on the connection meanwhile.
 *
 * Entries lie in two tables: the latest where sqlite-arrivals.ts keeps them, the others in `updates`.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId, DocumentKind } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'
import { entryChecksum } from './checksum.ts'
import { packOwners } from './packed-owners.ts'
import { damaged, Refusal } from './refusal.ts'
import type { Arrivals } from './sqlite-arrivals.ts'
import { largeEntryBytes, type SqliteHistory } from './sqlite-history.ts'
import type { Answers, FoldWrite, PackedSlice } from './sqlite-messages.ts'
import { all, type EntryRow, first } from './sqlite-rows.ts'
import type { ReadSnapshot, Snapshots } from './sqlite-snapshots.ts'

export interface SqliteLog {
  append(document: DocumentId, entries: readonly LogEntry[]): LogPosition
  /** The first entry of a document whose row says head 1 already. */
  insertFirst(document: DocumentId, entry: LogEntry): void
  fold(write: FoldWrite): void
  read(document: DocumentId, after: LogPosition): PackedSlice
  /** The document as it was at `position`. */
  readAt(document: DocumentId, position: LogPosition): PackedSlice
  /** The last position that was written at or before `time`; 0: before the first. */
  positionAt(document: DocumentId, time: number): LogPosition
  /** See DocumentHistory. */
  entries(document: DocumentId, after: LogPosition): Answers['entries']
}

/** Entries that are read at once, and about how many bytes: commits wait meanwhile. */
const entriesAtOnce = 256
const entryBytesAtOnce = 512 * 1024

export interface LogParts {
  readonly arrivals: Arrivals
  readonly snapshots: Snapshots
  readonly history: SqliteHistory
}

interface Head {
  readonly head: LogPosition
  readonly lineage: string
  readonly kind: DocumentKind
  /** Position of the snapshot; 0 if there is none. */
  readonly folded: LogPosition
}

export function sqliteLog(database: DatabaseSync, { arrivals, snapshots, history }: LogParts): SqliteLog {
  const insert = database.prepare(
    'INSERT INTO updates (document, position, actor, at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const selectHead = database.prepare(
    `SELECT head, lineage, kind, coalesce(snapshots.position, 0) AS folded
     FROM documents LEFT JOIN snapshots ON snapshots.document = documents.id
     WHERE id = ? AND trashed_at IS NULL`,
  )
  const selectEntries = database.prepare(
    `SELECT position, actor, at, bytes AS "update", checksum FROM updates
     WHERE document = ? AND position > ? AND position <= ? ORDER BY position`,
  )
  const deleteEntries = database.prepare(
    `DELETE FROM updates WHERE document = ? AND position <= ? AND length(bytes) < ${largeEntryBytes}`,
  )
  const selectTime = database.prepare(
    'SELECT max(position) AS position FROM updates WHERE document = ? AND position > ? AND at <= ?',
  )

  function headOf(document: DocumentId): Head {
    const head = first<Head>(selectHead, document)
    if (head === undefined) throw gone(document)
    return { ...head, head: arrivals.of(document)?.head ?? head.head }
  }

  /** What is not folded, from `after` on, which lies at or behind the snapshot. */
  function entriesAfter(document: DocumentId, after: LogPosition, head: LogPosition): readonly EntryRow[] {
    return checkedRows(document, { after, upTo: head }, Number.MAX_SAFE_INTEGER)
  }

  /** `most`: what is looked for, so that a log that goes on behind its head is noticed. */
  function checkedRows(
    document: DocumentId,
    { after, upTo }: { readonly after: LogPosition; readonly upTo: LogPosition },
    most: LogPosition,
  ): readonly EntryRow[] {
    const rows = [
      ...all<EntryRow>(selectEntries, document, after, most),
      ...arrivals.rows(document, after, most),
    ]
    let position = after
    for (const row of rows) {
      position++
      if (row.position !== position) throw damaged(document, `entry ${position} is missing`)
      if (row.checksum !== entryChecksum(document, position, row))
        throw damaged(document, `entry ${position} fails its checksum`)
    }
    if (position !== Math.max(upTo, after))
      throw damaged(document, `its log ends at ${position} instead of ${upTo}`)
    return rows
  }

  /** A rotten log may be folded: who folds it holds what it was. Its past has a hole then. */
  function keepPast(document: DocumentId, { folded, head }: Head, upTo: LogPosition): void {
    try {
      history.keep(document, upToPosition(upTo, entriesAfter(document, folded, head)), folded)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
    }
  }

  return {
    append(document, entries) {
      return entries.length === 0 ? headOf(document).head : arrivals.append(document, entries)
    },

    insertFirst(document, entry) {
      const checksum = entryChecksum(document, 1, entry)
      insert.run(document, 1, entry.actor, entry.at, entry.update, checksum)
    },

    fold(write) {
      const { document, upTo } = write
      const at = headOf(document)
      const { head, folded } = at
      if (!Number.isInteger(upTo) || upTo < 0 || upTo > head)
        throw new Refusal(
          'refused',
          `cannot fold document ${document} up to ${upTo}: its log ends at ${head}`,
        )
      if (upTo <= folded) return
      keepPast(document, at, upTo)
      snapshots.put(write, write.pieces)
      // A range is exact here, where it would not be for numbers from a sequence: a position is given out in the
      // transaction that inserts its row, so no row at or below the head read above can still appear.
      deleteEntries.run(document, upTo)
      arrivals.drop(document, upTo)
    },

    read(document, after) {
      const { head, lineage, kind, folded } = headOf(document)
      const snapshot = after < folded ? snapshots.read(document) : null
      const entries = entriesAfter(document, snapshot === null ? after : folded, head)
      return { ...sliceOf(snapshot, entries), head, lineage, kind }
    },

    readAt(document, position) {
      const { head, lineage, kind, folded } = headOf(document)
      if (position > head)
        throw new Refusal('missing', `document ${document} has no revision ${position}: it is at ${head}`)
      if (position < folded) {
        const { snapshot, entries } = history.past(document, position)
        return { ...sliceOf(snapshot, entries), head: position, lineage, kind }
      }
      const snapshot = folded > 0 ? snapshots.read(document) : null
      const entries = upToPosition(position, entriesAfter(document, folded, head))
      return { ...sliceOf(snapshot, entries), head: position, lineage, kind }
    },

    positionAt(document, time) {
      const { folded } = headOf(document)
      const latest = arrivals.rows(document, folded).findLast(({ at }) => at <= time)?.position
      const filed = first<{ position: LogPosition | null }>(selectTime, document, folded, time)
      const position = latest ?? filed?.position ?? history.positionAt(document, time)
      if (position !== null) return position
      if (history.isWhole(document)) return 0
      throw new Refusal('missing', `what document ${document} was then is not kept`)
    },

    entries(document, after) {
      const { head, lineage, kind, folded } = headOf(document)
      if (after > head)
        throw new Refusal('missing', `document ${document} has no revision ${after}: it is at ${head}`)
      const upTo = Math.min(head, after + entriesAtOnce)
      const rows =
        after < folded
          ? history.entries(document, after, Math.min(folded, upTo))
          : checkedRows(document, { after, upTo }, upTo)
      const entries = firstBytes(rows, entryBytesAtOnce)
      return { ...sliceOf(null, entries), ats: entries.map(({ at }) => at), head, lineage, kind }
    },
  }
}

/** One at least. */
function firstBytes<Entry extends LogEntry>(entries: readonly Entry[], most: number): readonly Entry[] {
  let bytes = 0
  const end = entries.findIndex(({ update }, index) => {
    bytes += update.length
    return index > 0 && bytes > most
  })
  return end === -1 ? entries : entries.slice(0, end)
}

function upToPosition(upTo: LogPosition, rows: readonly EntryRow[]): readonly EntryRow[] {
  return rows.filter(({ position }) => position <= upTo)
}

const nobody = packOwners(new Map())

function sliceOf(snapshot: ReadSnapshot | null, entries: readonly LogEntry[]) {
  return {
    snapshot: snapshot?.bytes ?? null,
    index: snapshot?.index ?? null,
    owners: snapshot?.owners ?? nobody,
    ...packed(entries.map(({ update }) => update)),
    actors: entries.map(({ actor }) => actor),
  }
}

function packed(updates: readonly Uint8Array[]): Pick<PackedSlice, 'bytes' | 'lengths'> {
  const lengths = updates.map((update) => update.byteLength)
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let offset = 0
  for (const update of updates) {
    bytes.set(update, offset)
    offset += update.byteLength
  }
  return { bytes, lengths }
}

function gone(document: DocumentId): Refusal {
  return new Refusal('gone', `document ${document} is deleted, in the trash, or was never there`)
}
