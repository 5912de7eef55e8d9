/**
 * When a connection must be pinged, spoken to or given up. Facts in, verdict out; nothing here knows a socket.
 *
 * Any byte is a sign of life, so a client that brings a large message over a slow line is not dead. While the
 * server itself has stopped reading, silence proves nothing.
 */
import { limits } from '@weft/protocol'

/** Times in milliseconds since 1970. */
export interface Signs {
  readonly now: number
  /** When the last byte came. */
  readonly heardAt: number
  /** When the last message was sent; `now` while one waits to be. */
  readonly spokenAt: number
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
  /** After a beat: when the next one may have something to say. Earlier ones do no harm. */
  readonly nextAt: number
}

/** A message that is not finished, or a pause in reading, is followed this closely. */
const closelyMs = 1_000

export function pulse(start: number): Pulse {
  let heardAt = start
  let pingedAt = start
  let spokenAt = start
  let beatAt = start
  let message = 0
  let messageSince: number | null = null
  let nextAt = start

  /** The clock was set back. Nobody is given up for that, and everybody hears something. */
  function forgetTimes(now: number): void {
    heardAt = now
    pingedAt = Number.NEGATIVE_INFINITY
    spokenAt = Number.NEGATIVE_INFINITY
    if (messageSince !== null) messageSince = now
  }

  return {
    get unfinishedSince() {
      return messageSince
    },
    get nextAt() {
      return nextAt
    },
    beat(signs) {
      const { now, isReading, unfinished, begun } = signs
      if (now < beatAt) forgetTimes(now)
      beatAt = now
      if (!isReading) heardAt = now
      // One that is to come is from before the clock was set back.
      else if (signs.heardAt <= now) heardAt = Math.max(heardAt, signs.heardAt)
      if (signs.spokenAt <= now) spokenAt = Math.max(spokenAt, signs.spokenAt)
      if (unfinished === 0) messageSince = null
      else if (messageSince === null || message !== begun || !isReading) messageSince = now
      message = begun

      if (now - heardAt >= limits.deadMs) return 'dead'
      const allowance = limits.messageMs + (unfinished / limits.messageBytesPerSecond) * 1_000
      if (messageSince !== null && now - messageSince > allowance) return 'stuck'
      const ping = now - pingedAt >= limits.heartbeatMs
      const speak = now - spokenAt >= limits.heartbeatMs
      if (ping) pingedAt = now
      if (speak) spokenAt = now
      const isFollowed = unfinished > 0 || !isReading
      nextAt = isFollowed
        ? now + closelyMs
        : Math.min(heardAt + limits.deadMs, Math.min(pingedAt, spokenAt) + limits.heartbeatMs)
      if (ping) return speak ? 'ping-and-speak' : 'ping'
      return speak ? 'speak' : 'well'
    },
  }
}
