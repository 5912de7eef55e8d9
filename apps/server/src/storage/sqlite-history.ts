/**
 * What documents were, in SQLite. A fold replaces entries by a snapshot that no longer holds what was deleted; the
 * entries themselves go into packs, and a snapshot that is replaced is kept now and then, as a place to start from.
 *
 * Any revision is then the last kept snapshot at or before it, and the entries from there on: Yjs places them on a
 * folded document as on the one that they were written on.
 *
 * Rule: nothing large is copied when a log is folded. Large entries stay in `updates`, where nobody but this file
 * looks for what is older than the snapshot; so do the pieces of large snapshots.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type DocumentId, limits } from '@weft/protocol'
import type { LogPosition } from '@weft/sync'
import { changesChecksum, entryChecksum } from './checksum.ts'
import { type PlacedEntry, packEntries, unpackEntries } from './packed-entries.ts'
import { damaged, Refusal } from './refusal.ts'
import { all, type EntryRow, first } from './sqlite-rows.ts'
import type { ReadSnapshot, Snapshots } from './sqlite-snapshots.ts'

export interface SqliteHistory {
  /** Inside the transaction of a fold, before it: the entries that it replaces, and the snapshot at `after`. */
  keep(document: DocumentId, entries: readonly PlacedEntry[], after: LogPosition): void
  /** What makes the document at a position before its snapshot. Throws {@link Refusal} where that is not kept. */
  past(document: DocumentId, position: LogPosition): Past
  /** The entries after `after` up to `upTo`, at or before the snapshot. Throws {@link Refusal} where they are not kept. */
  entries(document: DocumentId, after: LogPosition, upTo: LogPosition): readonly PlacedEntry[]
  /** The last position written at or before `time`, of those before the snapshot; `null` if there is none kept. */
  positionAt(document: DocumentId, time: number): LogPosition | null
  /** All is kept, from the first entry on. */
  isWhole(document: DocumentId): boolean
}

export interface Past {
  readonly snapshot: ReadSnapshot | null
  readonly entries: readonly PlacedEntry[]
}

interface PackRow {
  readonly first: LogPosition
  readonly last: LogPosition
  readonly since: number
  readonly until: number
  readonly bytes: Uint8Array
  readonly checksum: number
}

/** Such entries stay in `updates` when they are folded. */
export const largeEntryBytes = 256 * 1024
/** A snapshot is kept when the packs and large entries since the last one that was have this much, or twice as much as itself. */
const packedBetweenSnapshots = 256 * 1024
/** Or so many entries, or one for each so many of its own bytes: who reads the past places each of them. */
const entriesBetweenSnapshots = 4_000
const bytesForEachEntry = 32

export function sqliteHistory(database: DatabaseSync, snapshots: Snapshots): SqliteHistory {
  const insertPack = database.prepare(
    'INSERT INTO changes (document, first, last, since, until, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const lastKept = database.prepare(
    'SELECT max(position) AS position FROM kept_snapshots WHERE document = ? AND position <= ?',
  )
  const packedSince = database.prepare(
    `SELECT coalesce(sum(length(bytes)), 0) AS bytes, coalesce(max(last), 0) AS last FROM changes
     WHERE document = ? AND last > ?`,
  )
  const packs = database.prepare(
    `SELECT first, last, since, until, bytes, checksum FROM changes
     WHERE document = ? AND last > ? AND first <= ? ORDER BY last`,
  )
  const packAt = database.prepare(
    `SELECT first, last, since, until, bytes, checksum FROM changes
     WHERE document = ? AND since <= ? ORDER BY last DESC LIMIT 1`,
  )
  const largeRows = database.prepare(
    `SELECT position, actor, at, bytes AS "update", checksum FROM updates
     WHERE document = ? AND position > ? AND position <= ? AND length(bytes) >= ${largeEntryBytes}`,
  )
  const largeBytes = database.prepare(
    `SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM updates
     WHERE document = ? AND position > ? AND position <= ? AND length(bytes) >= ${largeEntryBytes}`,
  )
  const keptBytes = database.prepare(
    `SELECT (SELECT coalesce(sum(length(bytes)), 0) FROM kept_snapshots WHERE document = ?1)
       + (SELECT coalesce(sum(length(bytes)), 0) FROM snapshot_pieces
          WHERE pieces IN (SELECT pieces FROM kept_snapshots WHERE document = ?1)) AS bytes`,
  )
  const firstPack = database.prepare('SELECT min(first) AS first FROM changes WHERE document = ?')
  const secondKept = database.prepare(
    'SELECT position FROM kept_snapshots WHERE document = ? ORDER BY position LIMIT 1 OFFSET 1',
  )
  const dropPacks = database.prepare('DELETE FROM changes WHERE document = ? AND last <= ?')
  const dropRows = database.prepare('DELETE FROM updates WHERE document = ? AND position <= ?')

  function keepSnapshotIfDue(document: DocumentId, position: LogPosition): void {
    const kept = first<{ position: LogPosition | null }>(lastKept, document, position)?.position ?? 0
    if (kept === position) return
    const since = first<{ bytes: number; last: LogPosition }>(packedSince, document, kept)
    // Where packs are missing, the document is in this snapshot alone.
    const isAlone = since?.last !== position
    const size = snapshots.size(document)
    const bytes = (since?.bytes ?? 0) + largeIn(document, kept, position)
    const isLarge = bytes >= Math.max(packedBetweenSnapshots, 2 * size)
    const isLong = position - kept >= Math.max(entriesBetweenSnapshots, size / bytesForEachEntry)
    if (isAlone || isLarge || isLong) snapshots.keep(document)
  }

  function largeIn(document: DocumentId, after: LogPosition, upTo: LogPosition): number {
    return first<{ bytes: number }>(largeBytes, document, after, upTo)?.bytes ?? 0
  }

  /** The oldest go first, up to a snapshot that the others build on. */
  function bound(document: DocumentId, upTo: LogPosition): void {
    for (;;) {
      const packed = first<{ bytes: number }>(packedSince, document, 0)?.bytes ?? 0
      const kept = first<{ bytes: number }>(keptBytes, document)?.bytes ?? 0
      const second = first<{ position: LogPosition }>(secondKept, document)
      const past = packed + largeIn(document, 0, upTo) + kept
      if (past <= limits.historyBytes || second === undefined) return
      dropPacks.run(document, second.position)
      dropRows.run(document, second.position)
      snapshots.dropKept(document, second.position)
    }
  }

  function entries(document: DocumentId, after: LogPosition, upTo: LogPosition): readonly PlacedEntry[] {
    const found = [
      ...all<PackRow>(packs, document, after, upTo).flatMap((row) => unpacked(document, row)),
      ...largeBetween(document, after, upTo),
    ]
      .filter((entry) => entry.position > after && entry.position <= upTo)
      .sort((a, b) => a.position - b.position)
    if (found.some((entry, index) => entry.position !== after + 1 + index) || after + found.length !== upTo)
      throw new Refusal('missing', `revision ${upTo} of document ${document} is not kept`)
    return found
  }

  return {
    keep(document, entries, after) {
      const [start, last] = [after + 1, after + entries.length]
      if (after > 0) keepSnapshotIfDue(document, after)
      const bytes = packEntries(entries.filter(({ update }) => update.length < largeEntryBytes))
      const since = entries.reduce((least, { at }) => Math.min(least, at), Number.MAX_SAFE_INTEGER)
      const until = entries.reduce((most, { at }) => Math.max(most, at), 0)
      const checksum = changesChecksum(document, { first: start, last, since, until }, bytes)
      insertPack.run(document, start, last, since, until, bytes, checksum)
      bound(document, last)
    },

    past(document, position) {
      const snapshot = snapshots.readKept(document, position)
      return { snapshot, entries: entries(document, snapshot?.position ?? 0, position) }
    },

    entries,

    positionAt(document, time) {
      const row = first<PackRow>(packAt, document, time)
      if (row === undefined) return null
      return [...unpacked(document, row), ...largeBetween(document, row.first - 1, row.last)]
        .filter(({ at }) => at <= time)
        .reduce<LogPosition | null>((last, { position }) => Math.max(last ?? 0, position), null)
    },

    isWhole(document) {
      const start = first<{ first: LogPosition | null }>(firstPack, document)?.first ?? null
      const kept = first<{ position: LogPosition | null }>(lastKept, document, Number.MAX_SAFE_INTEGER)
      return start === 1 || (start === null && kept?.position == null)
    },
  }

  function largeBetween(document: DocumentId, after: LogPosition, upTo: LogPosition): readonly PlacedEntry[] {
    const rows = all<EntryRow>(largeRows, document, after, upTo)
    for (const row of rows) {
      if (row.checksum !== entryChecksum(document, row.position, row))
        throw damaged(document, `entry ${row.position} fails its checksum`)
    }
    return rows
  }
}

function unpacked(document: DocumentId, row: PackRow): readonly PlacedEntry[] {
  if (row.checksum !== changesChecksum(document, row, row.bytes))
    throw damaged(document, `its changes up to ${row.last} fail their checksum`)
  return unpackEntries(row.bytes)
}
