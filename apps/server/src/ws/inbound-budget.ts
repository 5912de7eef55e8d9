/** How fast one client may send. Over it, its bytes wait in its own network stack. */
import { limits } from '@weft/protocol'

/** Shorter pauses are saved up: stopping and starting for one message costs more than the message. */
const shortestPauseMs = 20

export class InboundBudget {
  #messages: number = limits.messagesBurst
  #bytes: number = limits.bytesBurst
  #at: number

  constructor(start: number) {
    this.#at = start
  }

  /** Takes a message of this size. */
  spend(bytes: number): void {
    this.#messages -= 1
    this.#bytes -= bytes
  }

  /** Milliseconds to stop reading for, mostly 0. */
  owed(now: number): number {
    // A clock that was set back must not take anything away.
    const seconds = Math.max(0, now - this.#at) / 1_000
    this.#at = now
    this.#messages = Math.min(limits.messagesBurst, this.#messages + seconds * limits.messagesPerSecond)
    this.#bytes = Math.min(limits.bytesBurst, this.#bytes + seconds * limits.bytesPerSecond)
    const tooMany = -this.#messages / limits.messagesPerSecond
    const tooMuch = -this.#bytes / limits.bytesPerSecond
    const owed = Math.max(tooMany, tooMuch) * 1_000
    return owed < shortestPauseMs ? 0 : Math.ceil(owed)
  }
}
