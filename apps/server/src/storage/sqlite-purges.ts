/**
 * Documents that are deleted for good. From the first transaction on nobody finds one: its row says so, and stays, so
 * that no update is appended and its id is not given again. All else of it goes a little at a time, over many
 * transactions, after a crash too; no other document's commit waits for all of it.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import type { Arrivals } from './sqlite-arrivals.ts'
import { first } from './sqlite-rows.ts'
import type { Snapshots } from './sqlite-snapshots.ts'

export interface SqlitePurges {
  /** Those of them that are in the trash, which is where they must be. */
  begin(ids: readonly DocumentId[]): readonly DocumentId[]
  /** There may be something to take away. */
  readonly hasWork: boolean
  /** Takes some of it away, in about a millisecond. */
  goOn(): void
  /** Until the next one begins. */
  leave(): void
}

/** Rows of the log, or fewer when they are large. */
const rowsAtOnce = 64
const bytesAtOnce = 1024 * 1024

export function sqlitePurges(
  database: DatabaseSync,
  { arrivals, snapshots }: { readonly arrivals: Arrivals; readonly snapshots: Snapshots },
): SqlitePurges {
  const bury = database.prepare(
    `UPDATE documents SET shelf = 2, title = '', title_folded = '', title_key = '', language = NULL,
       folder = NULL, tags = '[]', pinned = 0, template = 0 WHERE id = ? AND shelf = 1`,
  )
  const insert = database.prepare('INSERT INTO purges (document) VALUES (?)')
  const next = database.prepare('SELECT document FROM purges LIMIT 1')
  const done = database.prepare('DELETE FROM purges WHERE document = ?')
  const steps = [
    ...['updates', 'changes'].map((table) => {
      const place = table === 'updates' ? 'position' : 'last'
      return database.prepare(
        `DELETE FROM ${table} WHERE document = ?1 AND ${place} IN (
           SELECT ${place} FROM (
             SELECT ${place}, sum(length(bytes)) OVER (ORDER BY ${place}) - length(bytes) AS before
             FROM (SELECT ${place}, bytes FROM ${table} WHERE document = ?1 ORDER BY ${place} LIMIT ${rowsAtOnce})
           ) WHERE before < ${bytesAtOnce})`,
      )
    }),
    ...['stars', 'openings'].map((table) =>
      database.prepare(
        `DELETE FROM ${table} WHERE document = ?1 AND actor IN
           (SELECT actor FROM ${table} WHERE document = ?1 LIMIT ${rowsAtOnce})`,
      ),
    ),
  ]
  steps.push(
    database.prepare(
      `UPDATE answers SET body = NULL, document = NULL WHERE number IN
         (SELECT number FROM answers WHERE document = ?1 LIMIT ${rowsAtOnce})`,
    ),
  )
  // The process before this one may have left some.
  let hasWork = true

  return {
    begin(ids) {
      return ids.filter((id) => {
        if (Number(bury.run(id).changes) === 0) return false
        // What is not filed yet, because its pages are damaged, would be kept for ever.
        arrivals.drop(id, Number.MAX_SAFE_INTEGER)
        insert.run(id)
        hasWork = true
        return true
      })
    },
    get hasWork() {
      return hasWork
    },
    goOn() {
      const document = first<{ readonly document: DocumentId }>(next)?.document
      if (document === undefined) {
        hasWork = false
        arrivals.forgetSoon()
        return
      }
      if (steps.some((step) => Number(step.run(document).changes) > 0)) return
      snapshots.dropAll(document)
      done.run(document)
    },
    leave() {
      hasWork = false
    },
  }
}
