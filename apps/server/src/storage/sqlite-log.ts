/**
 * The update log in SQLite, on raw prepared statements. Every function runs inside the worker's transaction or,
 * for reading, between two: nothing else runs on the connection meanwhile.
 *
 * Entries lie in two tables: the latest where sqlite-arrivals.ts keeps them, the others in `updates`.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId, DocumentKind } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'
import { entryChecksum, type StoredSnapshot, snapshotChecksum } from './checksum.ts'
import { packOwners } from './packed-owners.ts'
import { Refusal } from './refusal.ts'
import type { Arrivals } from './sqlite-arrivals.ts'
import type { SqliteHistory } from './sqlite-history.ts'
import type { PackedSlice, Write } from './sqlite-messages.ts'
import { all, type EntryRow, first } from './sqlite-rows.ts'

export interface SqliteLog {
  append(document: DocumentId, entries: readonly LogEntry[]): LogPosition
  /** The first entry of a document whose row says head 1 already. */
  insertFirst(document: DocumentId, entry: LogEntry): void
  fold(write: Extract<Write, { readonly type: 'fold' }>): void
  read(document: DocumentId, after: LogPosition): PackedSlice
  /** The document as it was at `position`. */
  readAt(document: DocumentId, position: LogPosition): PackedSlice
  /** The last position that was written at or before `time`; 0: before the first. */
  positionAt(document: DocumentId, time: number): LogPosition
}

interface Head {
  readonly head: LogPosition
  readonly lineage: string
  readonly kind: DocumentKind
  /** Position of the snapshot; 0 if there is none. */
  readonly folded: LogPosition
}

interface StoredSlice extends StoredSnapshot {
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface SnapshotRow extends StoredSlice {
  readonly position: LogPosition
  readonly at: number
  readonly checksum: number
}

export function sqliteLog(database: DatabaseSync, arrivals: Arrivals, history: SqliteHistory): SqliteLog {
  const insert = database.prepare(
    'INSERT INTO updates (document, position, actor, at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const selectHead = database.prepare(
    `SELECT head, lineage, kind, coalesce(snapshots.position, 0) AS folded
     FROM documents LEFT JOIN snapshots ON snapshots.document = documents.id
     WHERE id = ? AND trashed_at IS NULL`,
  )
  const selectSnapshot = database.prepare(
    'SELECT position, at, bytes, owners, index_bytes AS "index", checksum FROM snapshots WHERE document = ?',
  )
  const selectEntries = database.prepare(
    `SELECT position, actor, at, bytes AS "update", checksum FROM updates
     WHERE document = ? AND position > ? ORDER BY position`,
  )
  const putSnapshot = database.prepare(
    `INSERT INTO snapshots (document, position, at, bytes, owners, index_bytes, checksum)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (document) DO UPDATE SET
       position = excluded.position, at = excluded.at, bytes = excluded.bytes, owners = excluded.owners,
       index_bytes = excluded.index_bytes, checksum = excluded.checksum`,
  )
  const selectTime = database.prepare(
    'SELECT max(position) AS position FROM updates WHERE document = ? AND at <= ?',
  )
  const deleteEntries = database.prepare('DELETE FROM updates WHERE document = ? AND position <= ?')

  function headOf(document: DocumentId): Head {
    const head = first<Head>(selectHead, document)
    if (head === undefined) throw gone(document)
    return { ...head, head: arrivals.of(document)?.head ?? head.head }
  }

  /** What is not folded, after `after`, which lies behind the snapshot. */
  function entriesAfter(document: DocumentId, after: LogPosition, upTo: LogPosition): readonly EntryRow[] {
    const rows = [...all<EntryRow>(selectEntries, document, after), ...arrivals.rows(document, after)]
    const wanted = rows.filter(({ position }) => position <= upTo)
    let position = after
    for (const row of wanted) {
      position++
      if (row.position !== position) throw damaged(document, `entry ${position} is missing`)
      if (row.checksum !== entryChecksum(document, position, row))
        throw damaged(document, `entry ${position} fails its checksum`)
    }
    if (position !== Math.max(upTo, after))
      throw damaged(document, `its log ends at ${position} instead of ${upTo}`)
    return wanted
  }

  /** A rotten log may be folded: who folds it holds what it was. Its past has a hole then. */
  function keepPast(document: DocumentId, folded: LogPosition, upTo: LogPosition): void {
    const snapshot = first<SnapshotRow>(selectSnapshot, document)
    try {
      const replaced = folded === 0 ? null : checkedSnapshot(document, snapshot).bytes
      history.keep(document, {
        entries: entriesAfter(document, folded, upTo),
        snapshot: replaced,
        after: folded,
      })
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

    fold({ document, snapshot, upTo, at }) {
      const { head, folded } = headOf(document)
      if (!Number.isInteger(upTo) || upTo < 0 || upTo > head)
        throw new Refusal(
          'refused',
          `cannot fold document ${document} up to ${upTo}: its log ends at ${head}`,
        )
      if (upTo <= folded) return
      keepPast(document, folded, upTo)
      const checksum = snapshotChecksum(document, upTo, at, snapshot)
      putSnapshot.run(document, upTo, at, snapshot.bytes, snapshot.owners, snapshot.index, checksum)
      // A range is exact here, where it would not be for numbers from a sequence: a position is given out in the
      // transaction that inserts its row, so no row at or below the head read above can still appear.
      deleteEntries.run(document, upTo)
      arrivals.drop(document, upTo)
    },

    read(document, after) {
      const { head, lineage, kind, folded } = headOf(document)
      const snapshot =
        after < folded ? checkedSnapshot(document, first<SnapshotRow>(selectSnapshot, document)) : null
      const entries = entriesAfter(document, snapshot === null ? after : folded, head)
      return { ...sliceOf(snapshot, entries), head, lineage, kind }
    },

    readAt(document, position) {
      const { head, lineage, kind, folded } = headOf(document)
      if (position > head)
        throw new Refusal('missing', `document ${document} has no revision ${position}: it is at ${head}`)
      if (position < folded) {
        const past = history.past(document, position)
        const snapshot = past.snapshot === null ? null : { bytes: past.snapshot, index: null, owners: nobody }
        return { ...sliceOf(snapshot, past.entries), head: position, lineage, kind }
      }
      const snapshot =
        folded > 0 ? checkedSnapshot(document, first<SnapshotRow>(selectSnapshot, document)) : null
      return { ...sliceOf(snapshot, entriesAfter(document, folded, position)), head: position, lineage, kind }
    },

    positionAt(document, time) {
      const { folded } = headOf(document)
      const latest = arrivals.rows(document, folded).findLast(({ at }) => at <= time)?.position
      const filed = first<{ position: LogPosition | null }>(selectTime, document, time)?.position ?? null
      const position = latest ?? filed ?? history.positionAt(document, time)
      if (position !== null) return position
      if (history.isWhole(document)) return 0
      throw new Refusal('missing', `what document ${document} was then is not kept`)
    },
  }
}

const nobody = packOwners(new Map())

function checkedSnapshot(document: DocumentId, row: SnapshotRow | undefined): SnapshotRow {
  if (row === undefined) throw damaged(document, 'its snapshot is missing')
  if (row.checksum !== snapshotChecksum(document, row.position, row.at, row))
    throw damaged(document, 'its snapshot fails its checksum')
  return row
}

function sliceOf(snapshot: StoredSlice | null, entries: readonly LogEntry[]) {
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

function damaged(document: DocumentId, how: string): Refusal {
  return new Refusal('damaged', `document ${document} is damaged: ${how}`)
}
