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

/** A message that is not finished, or a pause in reading, is followed this closely. */
const closelyMs = 1_000

export class Pulse {
  #heardAt: number
  #pingedAt: number
  #spokenAt: number
  #beatAt: number
  #message = 0
  #messageSince: number | null = null
  #nextAt: number

  constructor(start: number) {
    this.#heardAt = start
    this.#pingedAt = start
    this.#spokenAt = start
    this.#beatAt = start
    this.#nextAt = start
  }

  /** When the unfinished message began, as far as beats can tell; `null`: there is none. */
  get unfinishedSince(): number | null {
    return this.#messageSince
  }

  /** After a beat: when the next one may have something to say. Earlier ones do no harm. */
  get nextAt(): number {
    return this.#nextAt
  }

  /** The silence until now was not theirs: the server slept, or its clock was set forward. */
  excuse(now: number): void {
    this.#heardAt = now
    if (this.#messageSince !== null) this.#messageSince = now
  }

  beat(signs: Signs): Verdict {
    const { now, isReading, unfinished } = signs
    this.#hear(signs)
    if (now - this.#heardAt >= limits.deadMs) return 'dead'
    const allowance = limits.messageMs + (unfinished / limits.messageBytesPerSecond) * 1_000
    if (this.#messageSince !== null && now - this.#messageSince > allowance) return 'stuck'
    const ping = now - this.#pingedAt >= limits.heartbeatMs
    const speak = now - this.#spokenAt >= limits.heartbeatMs
    if (ping) this.#pingedAt = now
    if (speak) this.#spokenAt = now
    const isFollowed = unfinished > 0 || !isReading
    const due = Math.min(this.#pingedAt, this.#spokenAt) + limits.heartbeatMs
    this.#nextAt = isFollowed ? now + closelyMs : Math.min(this.#heardAt + limits.deadMs, due)
    if (ping) return speak ? 'ping-and-speak' : 'ping'
    return speak ? 'speak' : 'well'
  }

  #hear({ now, heardAt, spokenAt, isReading, unfinished, begun }: Signs): void {
    if (now < this.#beatAt) this.#forgetTimes(now)
    this.#beatAt = now
    if (!isReading) this.#heardAt = now
    // One that is to come is from before the clock was set back.
    else if (heardAt <= now) this.#heardAt = Math.max(this.#heardAt, heardAt)
    if (spokenAt <= now) this.#spokenAt = Math.max(this.#spokenAt, spokenAt)
    if (unfinished === 0) this.#messageSince = null
    else if (this.#messageSince === null || this.#message !== begun || !isReading) this.#messageSince = now
    this.#message = begun
  }

  /** The clock was set back. Nobody is given up for that, and everybody hears something. */
  #forgetTimes(now: number): void {
    this.excuse(now)
    this.#pingedAt = Number.NEGATIVE_INFINITY
    this.#spokenAt = Number.NEGATIVE_INFINITY
  }
}
