/**
 * Group commit: everything that waits is written in ONE transaction, whatever documents it belongs to, and only
 * when that is committed is any of it answered. One fsync then pays for all of it.
 *
 * A request that fails for its own reason leaves no trace and does not fail the others. When the storage fails,
 * nothing of the group is answered positively.
 */
import type { DatabaseSync } from 'node:sqlite'
import { Refusal } from './refusal.ts'
import { failureOf, isIoError, isOwnFault, messageOf } from './sqlite-errors.ts'
import type { Failure, Outcome, Write } from './sqlite-messages.ts'

export interface SqliteWriter<Value> {
  /** One outcome per write, in order. Never throws. */
  commit(writes: readonly Write[]): readonly Outcome<Value>[]
  /** Why nothing is written any more, if so. */
  readonly lost: Failure | null
}

export function sqliteWriter<Value>(
  database: DatabaseSync,
  /** Runs one write inside the open transaction. Throws {@link Refusal} only before it changed anything. */
  run: (write: Write) => Value,
  /** A transaction was undone: forget what it changed in memory. */
  onUndone: () => void,
): SqliteWriter<Value> {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  /** Set for good when the file system failed: after a failed fsync, a later one may succeed with the data gone. */
  let lost: Failure | null = null

  /**
   * Commits all but the faulty. When one more turns out to be faulty, `null`, and nothing is stored: after some
   * errors, such as a damaged page, SQLite refuses every later write of the same transaction.
   */
  function attempt(writes: readonly Write[], faulty: Map<Write, Failure>): readonly Outcome<Value>[] | null {
    const outcomes: Outcome<Value>[] = []
    begin.run()
    for (const write of writes) {
      const fault = faulty.get(write)
      try {
        outcomes.push(fault === undefined ? { value: run(write) } : { failure: fault })
      } catch (error) {
        if (error instanceof Refusal) {
          outcomes.push({ failure: error.failure })
          continue
        }
        if (!isOwnFault(error)) throw error
        faulty.set(write, failureOf(error))
        database.exec('ROLLBACK')
        onUndone()
        return null
      }
    }
    commit.run()
    return outcomes
  }

  /** SQLite ends the transaction itself after some errors, and not after others. */
  function undone(): boolean {
    try {
      if (database.isTransaction) database.exec('ROLLBACK')
      onUndone()
      return true
    } catch {
      return false
    }
  }

  return {
    get lost() {
      return lost
    },
    commit(writes) {
      if (lost !== null) return refuse(writes, lost)
      const faulty = new Map<Write, Failure>()
      try {
        for (;;) {
          const outcomes = attempt(writes, faulty)
          if (outcomes !== null) return outcomes
        }
      } catch (error) {
        if (!undone() || isIoError(error))
          lost = { reason: 'failed', message: `nothing is written any more since: ${messageOf(error)}` }
        return refuse(writes, failureOf(error))
      }
    },
  }
}

function refuse(writes: readonly Write[], failure: Failure): readonly { readonly failure: Failure }[] {
  return writes.map(() => ({ failure }))
}
