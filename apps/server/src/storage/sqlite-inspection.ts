/**
 * What is stored of one document, row by row, damaged or not. It opens the database for reading alone, changes no
 * byte of it, and finds it locked while a server runs.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DocumentId, DocumentKind } from '@weft/protocol'
import { type LogPosition, StorageFailure } from '@weft/sync'
import { entryChecksum, type StoredSnapshot, snapshotChecksum } from './checksum.ts'
import { isBusy, isCorrupt, messageOf } from './sqlite-errors.ts'
import { all, type EntryRow, first } from './sqlite-rows.ts'
import type { InspectedEntry, InspectedSnapshot, Inspection } from './storage.ts'

interface DocumentRow {
  readonly title: string
  readonly kind: DocumentKind
  readonly head: LogPosition
  readonly trashedAt: number | null
}

interface SnapshotRow extends StoredSnapshot {
  readonly position: LogPosition
  readonly at: number
  /** What stands before its bytes: see sqlite-snapshots.ts. */
  readonly pieces: string | null
  readonly checksum: number
}

/** `null`: there is no such document. Throws StorageFailure in an operator's words. */
export function inspectSqlite(folder: string, id: DocumentId): Inspection | null {
  const file = join(folder, 'weft.sqlite')
  if (!existsSync(file)) throw new StorageFailure(`There is no database at ${file}`, { full: false })
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 })
  try {
    return inspect(database, id)
  } catch (cause) {
    throw new StorageFailure(wordsFor(cause, file), { full: false, cause })
  } finally {
    database.close()
  }
}

function wordsFor(error: unknown, file: string): string {
  if (isBusy(error)) return `A server has ${file} open. Stop it first: looking never changes anything.`
  if (isCorrupt(error)) return `The pages of ${file} that say which documents there are cannot be read.`
  return `${file} cannot be read: ${messageOf(error)}`
}

function inspect(database: DatabaseSync, id: DocumentId): Inspection | null {
  const row = first<DocumentRow>(
    database.prepare(
      'SELECT title, kind, head, trashed_at AS trashedAt FROM documents WHERE id = ? AND shelf < 2',
    ),
    id,
  )
  if (row === undefined) return null
  const faults: string[] = []
  const stored = readSnapshot(database, id, faults)
  const rows = readEntries(database, id, stored?.position ?? 0, faults)
  const snapshot = stored === null ? null : inspectedSnapshot(id, stored)
  if (snapshot?.isIntact === false) faults.push('The snapshot fails its checksum.')

  const updates: Uint8Array[] = stored === null ? [] : [stored.bytes]
  const entries: InspectedEntry[] = []
  let upTo = stored?.position ?? 0
  let isWhole = snapshot?.isIntact !== false
  let position = upTo
  for (const entry of rows) {
    const isIntact = entry.checksum === entryChecksum(id, entry.position, entry)
    if (entry.position > position + 1) faults.push(missing(position + 1, entry.position - 1))
    if (!isIntact) faults.push(`Entry ${entry.position} fails its checksum.`)
    isWhole &&= isIntact && entry.position === position + 1
    position = entry.position
    entries.push({ position, at: entry.at, actor: entry.actor, bytes: entry.update.length, isIntact })
    if (!isWhole) continue
    updates.push(entry.update)
    upTo = position
  }
  // What came last before a crash may be ahead of the document's own row.
  const head = Math.max(row.head, position)
  if (head > position) faults.push(missing(position + 1, head))
  const hasNothing = snapshot?.isIntact === false
  return {
    ...{ id, title: row.title, kind: row.kind, head, isTrashed: row.trashedAt !== null },
    ...{ snapshot, entries, faults },
    intact: hasNothing ? { updates: [], upTo: 0 } : { updates, upTo },
  }
}

function readSnapshot(database: DatabaseSync, id: DocumentId, faults: string[]): SnapshotRow | null {
  const select = database.prepare(
    'SELECT position, at, bytes, pieces, owners, index_bytes AS "index", checksum FROM snapshots WHERE document = ?',
  )
  const selectPieces = database.prepare('SELECT bytes FROM snapshot_pieces WHERE pieces = ? ORDER BY number')
  try {
    const row = first<SnapshotRow>(select, id)
    if (row === undefined) return null
    const before = row.pieces === null ? [] : all<Pick<SnapshotRow, 'bytes'>>(selectPieces, row.pieces)
    return { ...row, bytes: Buffer.concat([...before, row].map(({ bytes }) => bytes)) }
  } catch (error) {
    if (!isCorrupt(error)) throw error
    faults.push('The pages that hold the snapshot cannot be read.')
    return null
  }
}

/** Those after `after`, in order; filed ones row by row, so that a page that cannot be read takes no other with it. */
function readEntries(
  database: DatabaseSync,
  id: DocumentId,
  after: LogPosition,
  faults: string[],
): EntryRow[] {
  const next = database.prepare(
    `SELECT position, actor, at, bytes AS "update", checksum FROM updates
     WHERE document = ? AND position > ? ORDER BY position LIMIT 1`,
  )
  const arrived = database.prepare(
    `SELECT position, actor, at, bytes AS "update", checksum FROM arrivals
     WHERE document = ? AND position > ? ORDER BY position`,
  )
  const rows: EntryRow[] = []
  const lastOf = () => rows.at(-1)?.position ?? after
  try {
    for (
      let row = first<EntryRow>(next, id, after);
      row !== undefined;
      row = first<EntryRow>(next, id, lastOf())
    )
      rows.push(row)
    rows.push(...all<EntryRow>(arrived, id, lastOf()))
  } catch (error) {
    if (!isCorrupt(error)) throw error
    faults.push(`The pages behind entry ${lastOf()} cannot be read.`)
  }
  return rows
}

function inspectedSnapshot(id: DocumentId, row: SnapshotRow): InspectedSnapshot {
  const { position, at, bytes } = row
  const isIntact = row.checksum === snapshotChecksum(id, position, at, row)
  return { position, at, bytes: bytes.length, isIntact }
}

function missing(from: LogPosition, to: LogPosition): string {
  return from === to ? `Entry ${from} is missing.` : `Entries ${from} to ${to} are missing.`
}
