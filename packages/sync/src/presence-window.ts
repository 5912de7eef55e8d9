/** Presence on its own clock: changes are gathered and told together, and never wait for the disk. */
import { encode, limits } from '@weft/protocol'
import { frame } from './outbox.ts'
import type { Peer, Timers } from './ports.ts'
import { Presence } from './presence.ts'
import { presenceWindowMs } from './windows.ts'

export class PresenceWindow {
  readonly #presence = new Presence()
  readonly #timers: Timers
  readonly #tell: (framed: Uint8Array) => void
  readonly #people: () => number
  #toldAt = Number.NEGATIVE_INFINITY
  #cancelTell: (() => void) | null = null
  #cancelExpiry: (() => void) | null = null
  #all: Uint8Array | null = null

  constructor(timers: Timers, tell: (framed: Uint8Array) => void, people: () => number) {
    this.#timers = timers
    this.#tell = tell
    this.#people = people
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
    this.#all = states === null ? null : frame(encode({ type: 'presence', states }))
    return this.#all
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
    const wait = this.#toldAt + presenceWindowMs(this.#people()) - this.#timers.now()
    if (wait <= 0) this.#tellChanges()
    else this.#cancelTell = this.#timers.after(wait, () => this.#tellChanges())
  }

  #tellChanges(): void {
    this.#cancelTell = null
    this.#toldAt = this.#timers.now()
    const states = this.#presence.takeChanges()
    if (states !== null) this.#tell(frame(encode({ type: 'presence', states })))
  }

  #watchExpiry(): void {
    if (this.#cancelExpiry !== null || this.#presence.isEmpty) return
    this.#cancelExpiry = this.#timers.after(limits.presenceExpiryMs / 3, () => {
      this.#cancelExpiry = null
      this.#presence.expire(this.#timers.now())
      this.#changed()
      this.#watchExpiry()
    })
  }
}
