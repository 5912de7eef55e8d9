/** How fast one client may send. Over it, its bytes wait in its own network stack. */
import { limits } from '@weft/protocol'

export interface InboundBudget {
  /** Takes a message of this size. */
  spend(bytes: number): void
  /** Milliseconds to stop reading for, mostly 0. */
  owed(now: number): number
}

/** Shorter pauses are saved up: stopping and starting for one message costs more than the message. */
const shortestPauseMs = 20

export function inboundBudget(start: number): InboundBudget {
  let messages: number = limits.messagesBurst
  let bytes: number = limits.bytesBurst
  let at = start
  return {
    spend(size) {
      messages -= 1
      bytes -= size
    },
    owed(now) {
      // A clock that was set back must not take anything away.
      const seconds = Math.max(0, now - at) / 1_000
      at = now
      messages = Math.min(limits.messagesBurst, messages + seconds * limits.messagesPerSecond)
      bytes = Math.min(limits.bytesBurst, bytes + seconds * limits.bytesPerSecond)
      const owed = Math.max(-messages / limits.messagesPerSecond, -bytes / limits.bytesPerSecond) * 1_000
      return owed < shortestPauseMs ? 0 : Math.ceil(owed)
    },
  }
}
