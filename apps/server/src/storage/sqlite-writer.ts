/**
 * Group commit: everything that waits is written in ONE transaction, whatever documents it belongs to, and only
 * when that is committed is any of it answered. One fsync then pays for all of it.
 *
 * A request that fails for its own reason leaves no trace and does not fail the others. When the storage fails,
 * nothing of the group is stored and nothing is answered positively.
 */
import type { DatabaseSync } from 'node:sqlite'
import { failureOf, isIoError, isOwnFault, messageOf } from './sqlite-errors.ts'
import type { Failure, Outcome, Write } from './sqlite-messages.ts'

export interface SqliteWriter<Value> {
  /** One outcome per write, in order. Never throws. */
  commit(writes: readonly Write[]): readonly Outcome<Value>[]
}

export function sqliteWriter<Value>(
  database: DatabaseSync,
  /** Runs one write inside the open transaction. Throws what {@link failureOf} understands. */
  run: (write: Write) => Value,
): SqliteWriter<Value> {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const mark = database.prepare('SAVEPOINT request')
  const undo = database.prepare('ROLLBACK TO request')
  const release = database.prepare('RELEASE request')
  /** Set for good when the file system failed: after a failed fsync, a later one may succeed with the data gone. */
  let lost: Failure | null = null

  function runAlone(write: Write): Outcome<Value> {
    mark.run()
    let outcome: Outcome<Value>
    try {
      outcome = { value: run(write) }
    } catch (error) {
      if (!isOwnFault(error)) throw error
      undo.run()
      outcome = { failure: failureOf(error) }
    }
    release.run()
    return outcome
  }

  return {
    commit(writes) {
      if (lost !== null) return refuse(writes, lost)
      try {
        begin.run()
        const outcomes = writes.map(runAlone)
        commit.run()
        return outcomes
      } catch (error) {
        const failure = failureOf(error)
        if (isIoError(error) || !rolledBack(database))
          lost = { reason: 'failed', message: `stopped writing after: ${messageOf(error)}` }
        return refuse(writes, failure)
      }
    },
  }
}

/** SQLite ends the transaction itself after some errors, and not after others. */
function rolledBack(database: DatabaseSync): boolean {
  try {
    if (database.isTransaction) database.exec('ROLLBACK')
    return true
  } catch {
    return false
  }
}

function refuse(writes: readonly Write[], failure: Failure): readonly { readonly failure: Failure }[] {
  return writes.map(() => ({ failure }))
}
