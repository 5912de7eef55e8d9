/**
 * The update log in SQLite, on raw prepared statements. Every function runs inside the worker's transaction or,
 * for reading, between two: nothing else runs on the connection meanwhile.
 *
 * Entries lie in two tables: the latest where sqlite-arrivals.ts keeps them, the others in `updates`.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ActorId, DocumentId, DocumentKind } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'
import { entryChecksum } from './checksum.ts'
import { packOwners } from './packed-owners.ts'
import { damaged, Refusal } from './refusal.ts'
import type { Arrivals } from './sqlite-arrivals.ts'
import type { FoldWrite, PackedSlice } from './sqlite-messages.ts'
import { all, type EntryRow, first } from './sqlite-rows.ts'
import type { Snapshots } from './sqlite-snapshots.ts'

export interface SqliteLog {
  append(document: DocumentId, entries: readonly LogEntry[]): LogPosition
  /** The first entry of a document whose row says head 1 already. */
  insertFirst(document: DocumentId, entry: LogEntry): void
  fold(write: FoldWrite): void
  read(document: DocumentId, after: LogPosition): PackedSlice
}

interface Head {
  readonly head: LogPosition
  readonly lineage: string
  readonly kind: DocumentKind
  /** Position of the snapshot; 0 if there is none. */
  readonly folded: LogPosition
}

export function sqliteLog(database: DatabaseSync, arrivals: Arrivals, snapshots: Snapshots): SqliteLog {
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
     WHERE document = ? AND position > ? ORDER BY position`,
  )
  const deleteEntries = database.prepare('DELETE FROM updates WHERE document = ? AND position <= ?')

  function headOf(document: DocumentId): Head {
    const head = first<Head>(selectHead, document)
    if (head === undefined) throw gone(document)
    return { ...head, head: arrivals.of(document)?.head ?? head.head }
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
      const { head, folded } = headOf(document)
      if (!Number.isInteger(upTo) || upTo < 0 || upTo > head)
        throw new Refusal(
          'refused',
          `cannot fold document ${document} up to ${upTo}: its log ends at ${head}`,
        )
      if (upTo <= folded) return
      snapshots.put(write, write.pieces)
      // A range is exact here, where it would not be for numbers from a sequence: a position is given out in the
      // transaction that inserts its row, so no row at or below the head read above can still appear.
      deleteEntries.run(document, upTo)
      arrivals.drop(document, upTo)
    },

    read(document, after) {
      const { head, lineage, kind, folded } = headOf(document)
      const updates: Uint8Array[] = []
      const actors: ActorId[] = []
      const snapshot = after < folded ? snapshots.read(document) : null
      const owners = snapshot?.owners ?? nobody
      let position = snapshot === null ? after : folded
      const filed = all<EntryRow>(selectEntries, document, position)
      for (const row of [...filed, ...arrivals.rows(document, position)]) {
        position++
        if (row.position !== position) throw damaged(document, `entry ${position} is missing`)
        if (row.checksum !== entryChecksum(document, position, row))
          throw damaged(document, `entry ${position} fails its checksum`)
        updates.push(row.update)
        actors.push(row.actor)
      }
      if (position !== Math.max(head, after))
        throw damaged(document, `its log ends at ${position} instead of ${head}`)
      const ofSnapshot = { snapshot: snapshot?.bytes ?? null, index: snapshot?.index ?? null, owners }
      return { ...ofSnapshot, ...packed(updates), actors, head, lineage, kind }
    },
  }
}

const nobody = packOwners(new Map())

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
