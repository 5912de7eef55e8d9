/** Reading rows: STRICT tables hold the types that migrations.ts gives their columns, so they are not checked again. */
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { LogEntry, LogPosition } from '@weft/sync'

/** Of `updates` or `arrivals`. */
export interface EntryRow extends LogEntry {
  readonly position: LogPosition
  readonly checksum: number
}

export function first<Row>(statement: StatementSync, ...parameters: SQLInputValue[]): Row | undefined {
  return statement.get(...parameters) as Row | undefined
}

// Not iterate(): a statement that fails in the middle would keep its error, and fail its next reader too.
export function all<Row>(statement: StatementSync, ...parameters: SQLInputValue[]): readonly Row[] {
  return statement.all(...parameters) as unknown as readonly Row[]
}
