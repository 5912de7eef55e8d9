/** What actors starred and had open, in SQLite. */
import type { DatabaseSync } from 'node:sqlite'
import { type ActorId, type DocumentId, limits } from '@weft/protocol'
import { Refusal } from './refusal.ts'
import { all, first } from './sqlite-rows.ts'
import type { Opening } from './storage.ts'

export interface SqliteMarks {
  star(actor: ActorId, document: DocumentId, at: number): void
  unstar(actor: ActorId, document: DocumentId): void
  starred(actor: ActorId, documents: readonly DocumentId[]): readonly DocumentId[]
  noteOpenings(openings: readonly Opening[]): void
  openings(actor: ActorId): readonly Opening[]
  forgetOpenings(before: number): void
}

export function sqliteMarks(database: DatabaseSync): SqliteMarks {
  const count = database.prepare('SELECT count(*) AS count FROM stars WHERE actor = ?')
  const isStarred = database.prepare('SELECT 1 FROM stars WHERE actor = ? AND document = ?')
  const insert = database.prepare(
    `INSERT INTO stars (actor, document, at) SELECT ?, id, ? FROM documents WHERE id = ? AND shelf < 2
     ON CONFLICT (actor, document) DO NOTHING`,
  )
  const remove = database.prepare('DELETE FROM stars WHERE actor = ? AND document = ?')
  const among = database.prepare(
    'SELECT document FROM stars WHERE actor = ? AND document IN (SELECT value FROM json_each(?))',
  )
  const open = database.prepare(
    `INSERT INTO openings (actor, document, at) SELECT ?, id, ? FROM documents WHERE id = ? AND shelf < 2
     ON CONFLICT (actor, document) DO UPDATE SET at = max(at, excluded.at)`,
  )
  const keepLatest = database.prepare(
    `DELETE FROM openings WHERE actor = ?1 AND document IN
     (SELECT document FROM openings WHERE actor = ?1 ORDER BY at DESC, document LIMIT -1 OFFSET ${limits.recentPerActor})`,
  )
  const latest = database.prepare(
    'SELECT actor, document, at FROM openings WHERE actor = ? ORDER BY at DESC, document',
  )
  const forget = database.prepare('DELETE FROM openings WHERE at < ?')

  return {
    star(actor, document, at) {
      if (first(isStarred, actor, document) !== undefined) return
      if ((first<{ readonly count: number }>(count, actor)?.count ?? 0) >= limits.starsPerActor)
        throw new Refusal('limit', `One can star ${limits.starsPerActor} documents.`)
      insert.run(actor, at, document)
    },
    unstar: (actor, document) => void remove.run(actor, document),
    starred: (actor, documents) =>
      all<{ readonly document: DocumentId }>(among, actor, JSON.stringify(documents)).map(
        ({ document }) => document,
      ),
    noteOpenings(openings) {
      for (const { actor, document, at } of openings) open.run(actor, at, document)
      for (const actor of new Set(openings.map((opening) => opening.actor))) keepLatest.run(actor)
    },
    openings: (actor) => all<Opening>(latest, actor),
    forgetOpenings: (before) => void forget.run(before),
  }
}
