/**
 * Snapshots in SQLite. All but the end of a large one lies in pieces, which are written a few at a time, over many
 * transactions, so that nobody else's commit waits for all of them.
 *
 * Some that are replaced are kept: their row moves to `kept_snapshots`, and their pieces stay where they are.
 *
 * Rule: pieces belong to the snapshot whose row names them, or they are loose: not yet or no longer anybody's. Which of
 * the two changes in the transaction that changes the row. Loose pieces are taken away, after a crash too.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import type { LogPosition } from '@weft/sync'
import { type StoredSnapshot, snapshotChecksum } from './checksum.ts'
import { damaged } from './refusal.ts'
import { all, first } from './sqlite-rows.ts'

export interface Snapshots {
  /** Throws {@link Refusal} when it is damaged or missing. */
  read(document: DocumentId): ReadSnapshot
  /** The last one that was kept at or before `position`; `null` if none was. */
  readKept(
    document: DocumentId,
    position: LogPosition,
  ): (ReadSnapshot & { readonly position: LogPosition }) | null
  /** The one that is going to be replaced stays readable, for what the document was. */
  keep(document: DocumentId): void
  /** Its size, without reading it. */
  size(document: DocumentId): number
  /** Takes away those that were kept before `position`. */
  dropKept(document: DocumentId, position: LogPosition): void
  /** Takes away all of them, the latest too. */
  dropAll(document: DocumentId): void
  /** One of the pieces of a snapshot that is going to be put, in order, from 0. They are loose until then. */
  addPiece(pieces: string, number: number, bytes: Uint8Array): void
  /** `pieces`: those that were added of it; `null`: it has none. */
  put(snapshot: PutSnapshot, pieces: string | null): void
  /** There may be some. */
  readonly hasLoose: boolean
  /** Takes away some of what is loose. To be called while {@link hasLoose}, and no pieces are being added. */
  dropLoose(): void
  /** Until something becomes loose again. */
  leaveLoose(): void
}

export interface ReadSnapshot extends StoredSnapshot {
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface PutSnapshot {
  readonly document: DocumentId
  readonly snapshot: StoredSnapshot
  readonly upTo: LogPosition
  readonly at: number
}

interface SnapshotRow extends StoredSnapshot {
  readonly position: LogPosition
  readonly at: number
  /** The end, behind its pieces. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly pieces: string | null
  readonly checksum: number
}

/** About two milliseconds to write. */
const pieceBytes = 256 * 1024
/** Taking away is quicker. */
const droppedAtOnce = 4

/** How many pieces a snapshot has before its end. */
export function pieceCount(bytes: Uint8Array): number {
  return Math.max(0, Math.ceil(bytes.length / pieceBytes) - 1)
}

export function pieceOf(bytes: Uint8Array, number: number): Uint8Array {
  return bytes.subarray(number * pieceBytes, (number + 1) * pieceBytes)
}

export function sqliteSnapshots(database: DatabaseSync): Snapshots {
  const select = database.prepare(
    `SELECT position, at, bytes, pieces, owners, index_bytes AS "index", checksum
     FROM snapshots WHERE document = ?`,
  )
  const selectKept = database.prepare(
    `SELECT position, at, bytes, pieces, owners, index_bytes AS "index", checksum
     FROM kept_snapshots WHERE document = ? AND position <= ? ORDER BY position DESC LIMIT 1`,
  )
  const keep = database.prepare('INSERT INTO kept_snapshots SELECT * FROM snapshots WHERE document = ?')
  const selectSize = database.prepare(
    `SELECT length(bytes) + coalesce((SELECT sum(length(snapshot_pieces.bytes)) FROM snapshot_pieces
       WHERE snapshot_pieces.pieces = snapshots.pieces), 0) AS size
     FROM snapshots WHERE document = ?`,
  )
  const loosenKept = database.prepare(
    `INSERT INTO loose_pieces (pieces)
     SELECT pieces FROM kept_snapshots WHERE document = ? AND position < ? AND pieces IS NOT NULL`,
  )
  const deleteKept = database.prepare('DELETE FROM kept_snapshots WHERE document = ? AND position < ?')
  const loosenAll = database.prepare(
    `INSERT INTO loose_pieces (pieces)
     SELECT pieces FROM snapshots WHERE document = ?1 AND pieces IS NOT NULL
     UNION SELECT pieces FROM kept_snapshots WHERE document = ?1 AND pieces IS NOT NULL`,
  )
  const deleteAll = ['kept_snapshots', 'snapshots'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE document = ?`),
  )
  const put = database.prepare(
    `INSERT INTO snapshots (document, position, at, bytes, pieces, owners, index_bytes, checksum)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (document) DO UPDATE SET
       position = excluded.position, at = excluded.at, bytes = excluded.bytes, pieces = excluded.pieces,
       owners = excluded.owners, index_bytes = excluded.index_bytes, checksum = excluded.checksum`,
  )
  const selectPieces = database.prepare('SELECT bytes FROM snapshot_pieces WHERE pieces = ? ORDER BY number')
  const insertPiece = database.prepare('INSERT INTO snapshot_pieces (pieces, number, bytes) VALUES (?, ?, ?)')
  const dropPieces = database.prepare(
    `DELETE FROM snapshot_pieces WHERE pieces = ? AND number IN
     (SELECT number FROM snapshot_pieces WHERE pieces = ? ORDER BY number LIMIT ${droppedAtOnce})`,
  )
  const loosen = database.prepare('INSERT INTO loose_pieces (pieces) VALUES (?)')
  const loosenOld = database.prepare(
    `INSERT INTO loose_pieces (pieces)
     SELECT pieces FROM snapshots WHERE document = ? AND pieces IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM kept_snapshots
         WHERE kept_snapshots.document = snapshots.document AND kept_snapshots.position = snapshots.position)`,
  )
  const deleteLoose = database.prepare('DELETE FROM loose_pieces WHERE pieces = ?')
  const selectLoose = database.prepare('SELECT pieces FROM loose_pieces LIMIT 1')
  // The process before this one may have left some.
  let hasLoose = true

  function checked(document: DocumentId, row: SnapshotRow): ReadSnapshot {
    const { position, at, pieces, owners, index, checksum } = row
    const before =
      pieces === null ? [] : all<{ readonly bytes: Uint8Array<ArrayBuffer> }>(selectPieces, pieces)
    const bytes = joined([...before.map((piece) => piece.bytes), row.bytes], row.bytes)
    const snapshot = { bytes, owners, index }
    if (checksum !== snapshotChecksum(document, position, at, snapshot))
      throw damaged(document, 'its snapshot fails its checksum')
    return snapshot
  }

  return {
    read(document) {
      const row = first<SnapshotRow>(select, document)
      if (row === undefined) throw damaged(document, 'its snapshot is missing')
      return checked(document, row)
    },
    readKept(document, position) {
      const row = first<SnapshotRow>(selectKept, document, position)
      return row === undefined ? null : { ...checked(document, row), position: row.position }
    },
    keep: (document) => void keep.run(document),
    size: (document) => first<{ readonly size: number }>(selectSize, document)?.size ?? 0,
    dropKept(document, position) {
      hasLoose = Number(loosenKept.run(document, position).changes) > 0 || hasLoose
      deleteKept.run(document, position)
    },

    dropAll(document) {
      hasLoose = Number(loosenAll.run(document).changes) > 0 || hasLoose
      for (const table of deleteAll) table.run(document)
    },

    addPiece(pieces, number, bytes) {
      if (number === 0) loosen.run(pieces)
      insertPiece.run(pieces, number, bytes)
      hasLoose = true
    },

    put({ document, snapshot, upTo, at }, pieces) {
      const { bytes, owners, index } = snapshot
      const checksum = snapshotChecksum(document, upTo, at, snapshot)
      const end = pieces === null ? bytes : pieceOf(bytes, pieceCount(bytes))
      hasLoose = Number(loosenOld.run(document).changes) > 0 || hasLoose
      put.run(document, upTo, at, end, pieces, owners, index, checksum)
      if (pieces !== null) deleteLoose.run(pieces)
    },

    get hasLoose() {
      return hasLoose
    },
    dropLoose() {
      const loose = first<{ readonly pieces: string }>(selectLoose)
      if (loose === undefined) {
        hasLoose = false
        return
      }
      const { pieces } = loose
      if (Number(dropPieces.run(pieces, pieces).changes) < droppedAtOnce) deleteLoose.run(pieces)
    },
    leaveLoose() {
      hasLoose = false
    },
  }
}

/**
 * A single one stays in the buffer into which SQLite read it. The buffers of several are given back at once: this
 * thread may not look for garbage for hours.
 */
function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
  last: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return last
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
    part.buffer.transfer(0)
  }
  return bytes
}
