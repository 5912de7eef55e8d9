/**
 * When a connection must be pinged, spoken to or given up. Facts in, verdict out; nothing here knows a socket.
 *
 * Any byte is a sign of life, so a client that brings a large message over a slow line is not dead. While the
 * server itself has stopped reading, silence proves nothing.
 */
import { limits } from '@weft/protocol'

export interface Signs {
  readonly now: number
  /** Of the connection so far. */
  readonly bytesRead: number
  /** A message was sent since the last beat, or waits to be. */
  readonly hasSpoken: boolean
  readonly isReading: boolean
  /** See MessageProgress. */
  readonly unfinished: number
  readonly begun: number
}

/** `dead`: nobody is there. `stuck`: its message takes too long. */
export type Verdict = 'well' | 'ping' | 'speak' | 'ping-and-speak' | 'stuck' | 'dead'

export interface Pulse {
  /** When the unfinished message began, as far as beats can tell; `null`: there is none. */
  readonly unfinishedSince: number | null
  beat(signs: Signs): Verdict
}

export function pulse(start: number): Pulse {
  let heardAt = start
  let heardBytes = 0
  let pingedAt = start
  let spokenAt = start
  let message = 0
  let messageSince: number | null = null

  return {
    get unfinishedSince() {
      return messageSince
    },
    beat(signs) {
      const { now } = signs
      if (signs.bytesRead !== heardBytes || !signs.isReading) heardAt = now
      heardBytes = signs.bytesRead
      if (signs.hasSpoken) spokenAt = now
      if (signs.unfinished === 0) messageSince = null
      else if (messageSince === null || message !== signs.begun || !signs.isReading) messageSince = now
      message = signs.begun

      if (now - heardAt >= limits.deadMs) return 'dead'
      const allowance = limits.messageMs + (signs.unfinished / limits.messageBytesPerSecond) * 1_000
      if (messageSince !== null && now - messageSince > allowance) return 'stuck'
      const ping = now - pingedAt >= limits.heartbeatMs
      const speak = now - spokenAt >= limits.heartbeatMs
      if (ping) pingedAt = now
      if (speak) spokenAt = now
      if (ping) return speak ? 'ping-and-speak' : 'ping'
      return speak ? 'speak' : 'well'
    },
  }
}
