/**
 * What documents were, in SQLite. A fold replaces entries by a snapshot that no longer holds what was deleted; the
 * entries themselves go into packs, and a snapshot that is replaced stays now and then, as a place to start from.
 *
 * Any revision is then the last kept snapshot at or before it, and the entries from there on: Yjs places them on a
 * folded document as on the one that they were written on.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type DocumentId, limits } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'
import { changesChecksum, keptSnapshotChecksum } from './checksum.ts'
import { deflate, inflate, numbered, packEntries, unpackEntries } from './packed-entries.ts'
import { Refusal } from './refusal.ts'
import { all, first } from './sqlite-rows.ts'

export interface SqliteHistory {
  /** Inside the transaction of a fold, before it: the entries that it is going to replace, and the snapshot before. */
  keep(document: DocumentId, fold: Folding): void
  /** What makes the document at a position before its snapshot: a snapshot or none, and entries. */
  past(document: DocumentId, position: LogPosition): Past
  /** The last position written at or before `time`, of those before the snapshot; `null` if there is none kept. */
  positionAt(document: DocumentId, time: number): LogPosition | null
  /** All is kept, from the first entry on. */
  isWhole(document: DocumentId): boolean
}

export interface Folding {
  /** All that came after the snapshot that the fold replaces, up to its own position. One at least. */
  readonly entries: readonly LogEntry[]
  /** That snapshot, and its position; `null` and 0 if nothing was folded so far. */
  readonly snapshot: Uint8Array | null
  readonly after: LogPosition
}

export interface Past {
  readonly snapshot: Uint8Array<ArrayBuffer> | null
  readonly entries: readonly LogEntry[]
}

interface PackRow {
  readonly first: LogPosition
  readonly last: LogPosition
  readonly since: number
  readonly until: number
  readonly bytes: Uint8Array
  readonly checksum: number
}

interface KeptRow {
  readonly position: LogPosition
  readonly bytes: Uint8Array
  readonly checksum: number
}

/** A snapshot stays when the entries since the last one that stayed have this much in packs, or as much as itself. */
const packedBetweenSnapshots = 128 * 1024

export function sqliteHistory(database: DatabaseSync): SqliteHistory {
  const insertPack = database.prepare(
    `INSERT INTO changes (document, first, last, since, until, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertKept = database.prepare(
    'INSERT INTO kept_snapshots (document, position, bytes, checksum) VALUES (?, ?, ?, ?)',
  )
  const lastKept = database.prepare(
    `SELECT position, bytes, checksum FROM kept_snapshots WHERE document = ? AND position <= ?
     ORDER BY position DESC LIMIT 1`,
  )
  const packedSince = database.prepare(
    `SELECT coalesce(sum(length(bytes)), 0) AS bytes, max(last) AS last FROM changes
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
  const firstPack = database.prepare('SELECT first FROM changes WHERE document = ? ORDER BY last LIMIT 1')
  const secondKept = database.prepare(
    'SELECT position FROM kept_snapshots WHERE document = ? ORDER BY position LIMIT 1 OFFSET 1',
  )
  const dropPacks = database.prepare('DELETE FROM changes WHERE document = ? AND last <= ?')
  const dropKept = database.prepare('DELETE FROM kept_snapshots WHERE document = ? AND position < ?')

  function keepSnapshotIfDue(document: DocumentId, position: LogPosition, snapshot: Uint8Array): void {
    const kept = first<KeptRow>(lastKept, document, position)
    const since = first<{ bytes: number; last: LogPosition | null }>(
      packedSince,
      document,
      kept?.position ?? 0,
    )
    // Entries from before there was a history are in this snapshot alone.
    const isAlone = since?.last !== position && kept?.position !== position
    const isDue = (since?.bytes ?? 0) >= Math.max(packedBetweenSnapshots, snapshot.length)
    if (!isAlone && !isDue) return
    const bytes = deflate(snapshot)
    insertKept.run(document, position, bytes, keptSnapshotChecksum(document, position, bytes))
  }

  /** The oldest go first, together with the snapshot that they build on. */
  function bound(document: DocumentId): void {
    for (;;) {
      const all = first<{ bytes: number }>(packedSince, document, 0)
      const second = first<{ position: LogPosition }>(secondKept, document)
      if (all === undefined || all.bytes <= limits.historyBytes || second === undefined) return
      dropPacks.run(document, second.position)
      dropKept.run(document, second.position)
    }
  }

  return {
    keep(document, { entries, snapshot, after }) {
      const [start, last] = [after + 1, after + entries.length]
      if (snapshot !== null) keepSnapshotIfDue(document, after, snapshot)
      const bytes = packEntries(entries)
      const times = entries.map(({ at }) => at)
      const [since, until] = [min(times), max(times)]
      const checksum = changesChecksum(document, { first: start, last, since, until }, bytes)
      insertPack.run(document, start, last, since, until, bytes, checksum)
      bound(document)
    },

    past(document, position) {
      const kept = first<KeptRow>(lastKept, document, position)
      if (kept !== undefined && kept.checksum !== keptSnapshotChecksum(document, kept.position, kept.bytes))
        throw damaged(document, `its snapshot of revision ${kept.position} fails its checksum`)
      const start = kept?.position ?? 0
      const entries = all<PackRow>(packs, document, start, position).flatMap((row) =>
        numbered(unpacked(document, row), row.first).filter(
          (entry) => entry.position > start && entry.position <= position,
        ),
      )
      if (
        entries.some((entry, index) => entry.position !== start + 1 + index) ||
        start + entries.length !== position
      )
        throw new Refusal('missing', `revision ${position} of document ${document} is not kept`)
      return { snapshot: kept === undefined ? null : new Uint8Array(inflate(kept.bytes)), entries }
    },

    positionAt(document, time) {
      const row = first<PackRow>(packAt, document, time)
      if (row === undefined) return null
      const entries = numbered(unpacked(document, row), row.first)
      return entries.findLast(({ at }) => at <= time)?.position ?? null
    },

    isWhole(document) {
      const isKept = first<KeptRow>(lastKept, document, Number.MAX_SAFE_INTEGER) !== undefined
      return first<{ first: LogPosition }>(firstPack, document)?.first === 1 || !isKept
    },
  }
}

function unpacked(document: DocumentId, row: PackRow): readonly LogEntry[] {
  if (row.checksum !== changesChecksum(document, row, row.bytes))
    throw damaged(document, `its changes up to ${row.last} fail their checksum`)
  return unpackEntries(row.bytes)
}

function min(numbers: readonly number[]): number {
  return numbers.reduce((least, number) => Math.min(least, number), Number.POSITIVE_INFINITY)
}

function max(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), Number.NEGATIVE_INFINITY)
}

function damaged(document: DocumentId, how: string): Refusal {
  return new Refusal('damaged', `document ${document} is damaged: ${how}`)
}
