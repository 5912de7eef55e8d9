/**
 * A room's hand on the log: entries go in, in order, and it does not let go of them until they are durable or
 * the document is gone. A storage that fails is asked again, ever less often; meanwhile whoever listens is told
 * once per kind of trouble.
 *
 * Trying again after an answer was lost may store an entry twice: to Yjs that is one entry.
 */
import type { DocumentId, NotSavedReason } from '@weft/protocol'
import {
  type LogEntry,
  type LogPosition,
  type Reporter,
  StorageFailure,
  type Timers,
  type UpdateLog,
} from './ports.ts'

export interface JournalDeps {
  readonly log: UpdateLog
  readonly timers: Timers
  readonly reporter: Reporter
}

const firstRetryMs = 50
const lastRetryMs = 2_000

export class Journal {
  readonly #document: DocumentId
  readonly #deps: JournalDeps
  readonly #onTrouble: (reason: NotSavedReason) => void
  #trouble: NotSavedReason | null = null

  constructor(document: DocumentId, deps: JournalDeps, onTrouble: (reason: NotSavedReason) => void) {
    this.#document = document
    this.#deps = deps
    this.#onTrouble = onTrouble
  }

  /** Why nothing can be committed now, if so. */
  get trouble(): NotSavedReason | null {
    return this.#trouble
  }

  /** One call at a time. Resolves when the entries are durable; rejects with DocumentGone, or a fault of ours. */
  append(entries: readonly LogEntry[]): Promise<LogPosition> {
    return this.#deps.log
      .append(this.#document, entries)
      .catch((error: unknown) => this.#appendAgain(entries, error))
  }

  async #appendAgain(entries: readonly LogEntry[], failure: unknown): Promise<LogPosition> {
    let error = failure
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, lastRetryMs)) {
      if (!(error instanceof StorageFailure)) throw error
      this.#report(error)
      await new Promise<void>((resolve) => this.#deps.timers.after(retryMs, resolve))
      try {
        const position = await this.#deps.log.append(this.#document, entries)
        this.#trouble = null
        return position
      } catch (next) {
        error = next
      }
    }
  }

  #report(error: StorageFailure): void {
    const reason = error.full ? 'storage-full' : 'storage-unavailable'
    if (reason === this.#trouble) return
    this.#trouble = reason
    this.#deps.reporter.warn('not saved', { document: this.#document, reason, error: error.message })
    this.#onTrouble(reason)
  }
}
