/**
 * Entries in the order in which they came, of all documents in one table that grows only at its end. Fifty documents
 * that commit together then write a page or two; `updates`, which is in order of documents, would take a page of each.
 * They are filed there later, many of a document at once, unless folding has made them needless by then.
 *
 * Rules: memory only says what the tables say, so a transaction that failed is followed by {@link Arrivals.reload}. A
 * document that cannot be filed, because pages of `updates` are damaged, stays here and holds nobody else up.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'
import { entryChecksum } from './checksum.ts'
import { Refusal } from './refusal.ts'
import { failureOf } from './sqlite-errors.ts'
import { all, type EntryRow, first } from './sqlite-rows.ts'

/** What came of a document and is not filed: its last entries, up to its head. */
export interface Arrived {
  readonly head: LogPosition
  /** Of the last entry, milliseconds since 1970. */
  readonly updatedAt: number
}

export interface Arrivals {
  /** `null`: all of the document is filed, and its own row says how far its log goes. */
  of(document: DocumentId): Arrived | null
  /** The rows after `after` and up to `upTo` (left out: all) that are not filed, oldest first. */
  rows(document: DocumentId, after: LogPosition, upTo?: LogPosition): readonly EntryRow[]
  /** One entry at least. Throws {@link Refusal} when the document is gone, having changed nothing. */
  append(document: DocumentId, entries: readonly LogEntry[]): LogPosition
  /** A snapshot stands for these now. */
  drop(document: DocumentId, upTo: LogPosition): void
  /** Files what came of one document: from then on its own row and `updates` say all of it. */
  file(document: DocumentId): void
  /** Writes the heads of all documents into their own rows, for who looks at many of them. */
  writeHeads(): void
  readonly hasUnwrittenHeads: boolean
  readonly isEmpty: boolean
  /** There is more than a start should have to file. */
  readonly isLong: boolean
  /** Files some of it, in about a millisecond. To be called while {@link isLong}. */
  shorten(): void
  /** What is filed goes with the next commits, and not only when there is much of it. */
  forgetSoon(): void
  /** Files all of it that can be filed, if no transaction fails on the way: then another call does more. */
  fileAll(): void
  reload(): void
}

/** About 200 ms for the start after a crash to file. Filed less often, more of each document goes at once. */
const longRows = 32_768
const longBytes = 32 * 1024 * 1024
/** About a millisecond, both: whoever commits waits for it. */
const rowsAtOnce = 256
const deletedAtOnce = 512
/** What is this large is filed at once: writing it twice would cost more than a page. */
const largeBytes = 16 * 1024

class Recent implements Arrived {
  head: LogPosition
  updatedAt: number
  /** Where the last entries are: numbers[i] is that of position head - numbers.length + 1 + i. */
  numbers: number[] = []
  isHeadWritten = true

  constructor(head: LogPosition, updatedAt: number) {
    this.head = head
    this.updatedAt = updatedAt
  }

  get filedUpTo(): LogPosition {
    return this.head - this.numbers.length
  }
}

export function sqliteArrivals(database: DatabaseSync): Arrivals {
  const selectDocument = database.prepare(
    'SELECT head, updated_at AS updatedAt FROM documents WHERE id = ? AND trashed_at IS NULL',
  )
  const insert = database.prepare(
    'INSERT INTO arrivals (number, document, position, actor, at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const select = database.prepare(
    'SELECT position, actor, at, bytes AS "update", checksum FROM arrivals WHERE number = ?',
  )
  const copyToUpdates = database.prepare(
    `INSERT INTO updates (document, position, actor, at, bytes, checksum)
     SELECT document, position, actor, at, bytes, checksum FROM arrivals WHERE number = ?`,
  )
  const insertIntoUpdates = database.prepare(
    'INSERT INTO updates (document, position, actor, at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const writeHead = database.prepare('UPDATE documents SET head = ?, updated_at = ? WHERE id = ?')
  const writeFiled = database.prepare('UPDATE documents SET head = ?, updated_at = ?, filed = ? WHERE id = ?')
  const deleteBelow = database.prepare(
    'DELETE FROM arrivals WHERE number < ? AND document NOT IN (SELECT value FROM json_each(?))',
  )
  const selectEnds = database.prepare(
    'SELECT coalesce(min(number), 1) AS oldest, coalesce(max(number), 0) + 1 AS next FROM arrivals',
  )
  const selectUnfiled = database.prepare(
    `SELECT number, document, position, at FROM arrivals JOIN documents ON documents.id = arrivals.document
     WHERE position > filed ORDER BY number`,
  )

  const recents = new Map<DocumentId, Recent>()
  /** Numbers of rows: those from `oldest` up to `next` may be there. */
  let oldest = 1
  let next = 1
  /** What is older is being filed; `null`: nothing is. */
  let filingBelow: number | null = null
  let unwrittenHeads = 0
  /** Taken since all was short. */
  let bytes = 0
  const unfilable = new Set<DocumentId>()

  function recentOf(document: DocumentId): Recent {
    const known = recents.get(document)
    // What cannot be filed is still here when its document has gone to the trash.
    if (known !== undefined && !unfilable.has(document)) return known
    const row = first<Arrived>(selectDocument, document)
    if (row === undefined)
      throw new Refusal('gone', `document ${document} is deleted, in the trash, or was never there`)
    if (known !== undefined) return known
    const recent = new Recent(row.head, row.updatedAt)
    recents.set(document, recent)
    return recent
  }

  function noteWritten(recent: Recent): void {
    if (!recent.isHeadWritten) unwrittenHeads--
    recent.isHeadWritten = true
  }

  function file(document: DocumentId): number {
    const recent = recents.get(document)
    if (recent === undefined || unfilable.has(document)) return 0
    try {
      for (const number of recent.numbers) copyToUpdates.run(number)
    } catch (error) {
      // Want of space is no fault of its own, and passes.
      if (failureOf(error).reason !== 'full') unfilable.add(document)
      throw error
    }
    writeFiled.run(recent.head, recent.updatedAt, recent.head, document)
    noteWritten(recent)
    recents.delete(document)
    return recent.numbers.length
  }

  function append(document: DocumentId, entry: LogEntry): LogPosition {
    const recent = recentOf(document)
    const position = recent.head + 1
    const checksum = entryChecksum(document, position, entry)
    const { actor, at, update } = entry
    if (update.length >= largeBytes && !unfilable.has(document)) {
      // `updates` holds everything up to a position: what came before goes there first.
      file(document)
      insertIntoUpdates.run(document, position, actor, at, update, checksum)
      writeFiled.run(position, at, position, document)
      return position
    }
    insert.run(next, document, position, actor, at, update, checksum)
    recent.numbers.push(next++)
    bytes += update.length
    recent.head = position
    recent.updatedAt = at
    if (recent.isHeadWritten) unwrittenHeads++
    recent.isHeadWritten = false
    return position
  }

  /** Deletes what is filed, oldest first, at most so many rows. False: more is left. */
  function forgetFiled(most: number): boolean {
    let lowest = next
    for (const [document, { numbers }] of recents) {
      if (!unfilable.has(document)) lowest = Math.min(lowest, numbers[0] ?? next)
    }
    const below = Math.min(lowest, oldest + most)
    if (below > oldest) deleteBelow.run(below, JSON.stringify([...unfilable]))
    oldest = below
    return below === lowest
  }

  return {
    of: (document) => recents.get(document) ?? null,
    rows(document, after, upTo = Number.POSITIVE_INFINITY) {
      const recent = recents.get(document)
      if (recent === undefined) return []
      return recent.numbers
        .slice(Math.max(0, after - recent.filedUpTo), Math.max(0, upTo - recent.filedUpTo))
        .flatMap((number) => all<EntryRow>(select, number))
    },
    append(document, entries) {
      let head = 0
      for (const entry of entries) head = append(document, entry)
      return head
    },
    drop(document, upTo) {
      const recent = recents.get(document)
      if (recent === undefined) return
      recent.numbers.splice(0, Math.max(0, upTo - recent.filedUpTo))
      writeFiled.run(recent.head, recent.updatedAt, recent.filedUpTo, document)
      noteWritten(recent)
      if (recent.numbers.length > 0) return
      recents.delete(document)
      unfilable.delete(document)
    },
    file: (document) => void file(document),
    writeHeads() {
      for (const [document, recent] of recents) {
        if (!recent.isHeadWritten) writeHead.run(recent.head, recent.updatedAt, document)
        noteWritten(recent)
      }
    },
    get hasUnwrittenHeads() {
      return unwrittenHeads > 0
    },
    get isEmpty() {
      return recents.size === 0
    },
    get isLong() {
      return filingBelow !== null || next - oldest > longRows || bytes > longBytes
    },
    shorten() {
      filingBelow ??= next
      let left = rowsAtOnce
      for (const [document, { numbers }] of recents) {
        if ((numbers[0] ?? next) >= filingBelow || unfilable.has(document)) continue
        left -= file(document)
        if (left <= 0) return
      }
      if (left < rowsAtOnce || !forgetFiled(deletedAtOnce)) return
      filingBelow = null
      bytes = 0
    },
    forgetSoon() {
      filingBelow ??= next
    },
    fileAll() {
      for (const document of recents.keys()) file(document)
      forgetFiled(Number.POSITIVE_INFINITY)
      filingBelow = null
      bytes = 0
    },
    reload() {
      recents.clear()
      filingBelow = null
      unwrittenHeads = 0
      const ends = first<{ oldest: number; next: number }>(selectEnds)
      oldest = ends?.oldest ?? 1
      next = ends?.next ?? 1
      for (const row of all<UnfiledRow>(selectUnfiled)) {
        const recent = recents.get(row.document) ?? new Recent(row.position - 1, row.at)
        if (recent.isHeadWritten) unwrittenHeads++
        recents.set(row.document, recent)
        recent.numbers.push(row.number)
        recent.head = row.position
        recent.updatedAt = row.at
        recent.isHeadWritten = false
      }
    },
  }
}

interface UnfiledRow {
  readonly number: number
  readonly document: DocumentId
  readonly position: LogPosition
  readonly at: number
}
