/**
 * Tells editors which revision the document has come to when others wrote: the number that they show is true for
 * those, too, who write nothing. Soon, but not at each turn: it is news for people, and one frame for each of them.
 */
import { limits } from '@weft/protocol'
import type { Member } from './member.ts'
import type { LogPosition, Timers } from './ports.ts'

export class RevisionNews {
  readonly #timers: Timers
  readonly #members: Iterable<Member>
  readonly #isTurnUnderWay: () => boolean
  #position = 0
  #isUntold = false
  #toldAt = Number.NEGATIVE_INFINITY
  #cancel: (() => void) | null = null

  constructor(timers: Timers, members: Iterable<Member>, isTurnUnderWay: () => boolean) {
    this.#timers = timers
    this.#members = members
    this.#isTurnUnderWay = isTurnUnderWay
  }

  /** Between two turns: so much is durable, and nothing is known to keep the next from it. */
  reached(position: LogPosition): void {
    if (position > this.#position) this.#isUntold = true
    this.#position = position
    if (!this.#isUntold || this.#cancel !== null) return
    const now = this.#timers.now()
    const wait = this.#toldAt + limits.revisionMs - now
    // A clock that was set back says nothing of when it was told.
    if (wait <= 0 || now < this.#toldAt) return this.#tell()
    this.#cancel = this.#timers.after(wait, () => {
      this.#cancel = null
      // A commit that fails has been told to all, and this would take it back: the end of the turn tells it.
      if (!this.#isTurnUnderWay()) this.#tell()
    })
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  #tell(): void {
    this.#isUntold = false
    this.#toldAt = this.#timers.now()
    for (const member of this.#members) member.tellRevision(this.#position)
  }
}
