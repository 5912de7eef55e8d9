/**
 * Those whose edits found no room in a full document. They hear of it once and go on reading. When there may be room
 * they are asked again, at first at once and then now and then: what they send may be large, and in vain again.
 */
import { limits } from '@weft/protocol'
import type { Member } from './member.ts'
import type { Timers } from './ports.ts'

export interface RefusalsDeps {
  readonly timers: Timers
  readonly isFull: () => boolean
  /** What was deleted takes space until it is folded; `null`: nothing was, or it is being folded. */
  readonly shrink: () => Promise<void> | null
  readonly tell: (member: Member) => void
  /** Asks for all that the member has and the room has not. */
  readonly ask: (member: Member) => void
}

interface Refused {
  /** Asking it may be worth it. */
  isDue: boolean
  askedAt: number
}

export class Refusals {
  readonly #deps: RefusalsDeps
  readonly #members = new Map<Member, Refused>()
  #cancel: (() => void) | null = null

  constructor(deps: RefusalsDeps) {
    this.#deps = deps
  }

  has(member: Member): boolean {
    return this.#members.has(member)
  }

  /** A client that does not understand the reason would go on as if it were saved: its connection ends. */
  add(member: Member): void {
    member.refused()
    if (!member.peer.receipts) return member.peer.close('document-full')
    const known = this.#members.get(member)
    if (known === undefined) {
      this.#members.set(member, { isDue: false, askedAt: Number.NEGATIVE_INFINITY })
      this.#deps.tell(member)
    } else known.isDue = false
    this.#shrink()
  }

  /** All that it has was taken, or it left. */
  delete(member: Member): void {
    this.#members.delete(member)
  }

  /** It sent something that builds on what was refused: maybe it deleted that again. */
  heard(member: Member): void {
    const refused = this.#members.get(member)
    if (refused !== undefined) refused.isDue = true
    this.#askDue()
  }

  /** Something was deleted, maybe. */
  retryIfRoom(): void {
    if (this.#members.size === 0) return
    if (this.#deps.isFull()) this.#shrink()
    else this.#retry()
  }

  close(): void {
    this.#cancel?.()
    this.#members.clear()
  }

  #shrink(): void {
    void this.#deps.shrink()?.then(() => this.#retry())
  }

  #retry(): void {
    for (const refused of this.#members.values()) refused.isDue = true
    this.#askDue()
  }

  #askDue(): void {
    const now = this.#deps.timers.now()
    let isSomebodyLeft = false
    for (const [member, refused] of this.#members) {
      if (!refused.isDue) continue
      // However the clock was set meanwhile.
      if (Math.abs(now - refused.askedAt) < limits.fullRetryMs) isSomebodyLeft = true
      else {
        refused.isDue = false
        refused.askedAt = now
        this.#deps.ask(member)
      }
    }
    if (!isSomebodyLeft) return
    this.#cancel ??= this.#deps.timers.after(limits.fullRetryMs, () => {
      this.#cancel = null
      this.#askDue()
    })
  }
}
