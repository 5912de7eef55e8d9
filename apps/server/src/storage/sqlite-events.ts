/**
 * Events in SQLite: see event-store.ts. Which documents are to be told of is a table too, so that a crash between an
 * edit and its event loses nothing; memory only spares looking there for each edit.
 *
 * Rule: memory says what the tables say, so a transaction that failed is followed by {@link SqliteEvents.reload}.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { ActorId, DocumentId } from '@weft/protocol'
import { limits } from '@weft/protocol'
import type { EventPage, EventQuery, EventType, StoredEvent } from './event-store.ts'
import { all, first } from './sqlite-rows.ts'
import type { DocumentRecord } from './storage.ts'

export interface SqliteEvents {
  /** Inside the transaction of what it tells of. */
  record(type: EventType, document: DocumentRecord, at: number, actor: ActorId | null): void
  /** Inside the transaction of an append. */
  noteChange(document: DocumentId): void
  /** Tells of this document's changes now, so that what is told next of it comes after them. */
  tellChange(document: DocumentId, at: number): void
  /** It is deleted for good: what was told of it stays, without what it was called. */
  forget(document: DocumentId): void
  tellChanges(at: number): { readonly told: number; readonly left: boolean }
  read(query: EventQuery): EventPage
  reload(): void
}

/** About a millisecond: commits wait meanwhile. */
const toldAtOnce = 64
const droppedAtOnce = 500
/** Events are counted after so many new ones. */
const countEvery = 1_000

interface Ends {
  last: number
  dropped: number
}

export function sqliteEvents(
  database: DatabaseSync,
  recordOf: (id: DocumentId) => DocumentRecord | null,
): SqliteEvents {
  const insert = database.prepare(
    `INSERT INTO events (sequence, type, document, at, actor, revision, title, language)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const selectEnds = database.prepare('SELECT last, dropped FROM event_ends')
  const writeEnds = database.prepare('UPDATE event_ends SET last = ?, dropped = ?')
  const dropChanged = database.prepare("DELETE FROM events WHERE document = ? AND type = 'changed'")
  const blank = database.prepare("UPDATE events SET title = '', language = NULL WHERE document = ?")
  const insertUntold = database.prepare('INSERT INTO untold_changes (document) VALUES (?)')
  const deleteUntold = database.prepare('DELETE FROM untold_changes WHERE document = ?')
  const selectUntold = database.prepare('SELECT document FROM untold_changes')
  const selectOfAll = database.prepare('SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?')
  const selectOfOne = database.prepare(
    'SELECT * FROM events WHERE document = ? AND sequence > ? ORDER BY sequence LIMIT ?',
  )
  const selectSurplus = database.prepare(
    `SELECT sequence FROM events ORDER BY sequence DESC LIMIT 1 OFFSET ${limits.eventsKept}`,
  )
  const selectOldest = database.prepare(
    'SELECT max(sequence) AS sequence FROM (SELECT sequence FROM events WHERE sequence <= ? ORDER BY sequence LIMIT ?)',
  )
  const dropUpTo = database.prepare('DELETE FROM events WHERE sequence <= ?')

  const untold = new Set<DocumentId>()
  let ends: Ends = { last: 0, dropped: 0 }
  /** Nobody knows what the process before left to do. */
  let uncounted = countEvery
  /** Events up to here are to go: counting takes longer than dropping some. */
  let surplus: number | null = null

  function record(type: EventType, document: DocumentRecord, at: number, actor: ActorId | null): void {
    ends.last++
    uncounted++
    const { id, revision, title, language } = document
    insert.run(ends.last, type, id, at, actor, revision, title, language)
    writeEnds.run(ends.last, ends.dropped)
  }

  function tellChange(document: DocumentId, at: number): void {
    if (!untold.delete(document)) return
    deleteUntold.run(document)
    const found = recordOf(document)
    if (found === null) return
    dropChanged.run(document)
    record('changed', found, at, null)
  }

  /** The oldest go first, a few at a time. True: there are more to go. */
  function bound(): boolean {
    if (surplus === null && uncounted >= countEvery) {
      uncounted = 0
      surplus = first<{ sequence: number }>(selectSurplus)?.sequence ?? null
    }
    if (surplus === null) return false
    const upTo = first<{ sequence: number | null }>(selectOldest, surplus, droppedAtOnce)?.sequence ?? surplus
    dropUpTo.run(upTo)
    ends.dropped = upTo
    writeEnds.run(ends.last, ends.dropped)
    if (upTo === surplus) surplus = null
    return surplus !== null
  }

  function reload(): void {
    ends = { ...(first<Ends>(selectEnds) ?? { last: 0, dropped: 0 }) }
    surplus = null
    uncounted = countEvery
    untold.clear()
    for (const { document } of all<{ document: DocumentId }>(selectUntold)) untold.add(document)
  }

  reload()
  return {
    record,
    noteChange(document) {
      if (untold.has(document)) return
      insertUntold.run(document)
      untold.add(document)
    },
    tellChange,
    forget(document) {
      if (untold.delete(document)) deleteUntold.run(document)
      dropChanged.run(document)
      blank.run(document)
    },
    tellChanges(at) {
      const now = firstOf(untold, toldAtOnce)
      for (const document of now) tellChange(document, at)
      const isLong = bound()
      return { told: now.length, left: untold.size > 0 || isLong }
    },
    read({ after, document, limit }) {
      const { last, dropped } = ends
      if (after < dropped || after > last) return { events: [], next: last, last, isWhole: false }
      const events =
        document === null
          ? all<StoredEvent>(selectOfAll, after, limit)
          : all<StoredEvent>(selectOfOne, document, after, limit)
      const next = events.length < limit ? last : (events.at(-1)?.sequence ?? last)
      // Rows come without a prototype.
      return { events: events.map((event) => ({ ...event })), next, last, isWhole: true }
    },
    reload,
  }
}

function firstOf<Item>(items: Iterable<Item>, count: number): readonly Item[] {
  const found: Item[] = []
  for (const item of items) {
    if (found.length === count) break
    found.push(item)
  }
  return found
}
