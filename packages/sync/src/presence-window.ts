/**
 * Presence on its own clock: changes are gathered and told together. They leave in one write with an update if
 * one is about to leave anyway, but never wait for the disk.
 */
import { limits } from '@weft/protocol'
import { framesOf } from './frames.ts'
import type { Peer, Timers } from './ports.ts'
import { Presence } from './presence.ts'
import { presenceRideMs, presenceWindowMs } from './windows.ts'

/** What the window needs to know of its room, and how it speaks to it. */
export interface PresenceRoom {
  people(): number
  /** An update is on its way to the disk, and will be told after. */
  isTurnUnderWay(): boolean
  tell(framed: Uint8Array): void
}

export class PresenceWindow {
  readonly #presence = new Presence()
  readonly #timers: Timers
  readonly #room: PresenceRoom
  #toldAt = Number.NEGATIVE_INFINITY
  #cancelTell: (() => void) | null = null
  #cancelExpiry: (() => void) | null = null
  #all: Uint8Array | null = null

  constructor(timers: Timers, room: PresenceRoom) {
    this.#timers = timers
    this.#room = room
  }

  /** Throws MalformedMessage. */
  receive(peer: Peer, payload: Uint8Array): void {
    this.#presence.receive(peer, payload, this.#timers.now())
    this.#changed()
  }

  leave(peer: Peer): void {
    this.#presence.leave(peer)
    this.#changed()
  }

  /** A frame with everybody who is here; `null` if nobody is. */
  all(): Uint8Array | null {
    if (this.#all !== null) return this.#all
    const states = this.#presence.all()
    this.#all = states === null ? null : framesOf(null, states)
    return this.#all
  }

  /** What has changed since it was last told; `null` if nothing has. The caller tells it at once. */
  takeStates(): Uint8Array | null {
    this.#cancelTell?.()
    this.#cancelTell = null
    const states = this.#presence.takeChanges()
    if (states === null) return null
    this.#toldAt = this.#timers.now()
    return states
  }

  close(): void {
    this.#cancelTell?.()
    this.#cancelExpiry?.()
  }

  #changed(): void {
    if (!this.#presence.hasChanges) return
    this.#all = null
    this.#watchExpiry()
    if (this.#cancelTell !== null) return
    const window = presenceWindowMs(this.#room.people())
    // Never longer than the window, should the clock have been set back.
    const rest = Math.min(window, this.#toldAt + window - this.#timers.now())
    const wait = Math.max(rest, this.#room.isTurnUnderWay() ? presenceRideMs : 0)
    if (wait <= 0) this.#tellChanges()
    else this.#cancelTell = this.#timers.after(wait, () => this.#tellChanges())
  }

  #tellChanges(): void {
    const states = this.takeStates()
    if (states !== null) this.#room.tell(framesOf(null, states))
  }

  #watchExpiry(ms: number = limits.presenceExpiryMs): void {
    if (this.#cancelExpiry !== null || this.#presence.isEmpty) return
    this.#cancelExpiry = this.#timers.after(ms, () => {
      this.#cancelExpiry = null
      const now = this.#timers.now()
      const nextAt = this.#presence.expire(now)
      this.#watchExpiry(Math.max(leastExpiryMs, nextAt - now))
      this.#changed()
    })
  }
}

/** People who came one after the other are looked at together. */
const leastExpiryMs = 3_000
