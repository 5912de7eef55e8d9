/**
 * Programs that wrote a moment ago, shown where they wrote as if they were here. They take no place in the room and
 * are sent nothing.
 */
import { type Actor, type ActorId, limits } from '@weft/protocol'
import * as encoding from 'lib0/encoding'
import type { Peer, Timers } from './ports.ts'
import type { PresenceWindow } from './presence-window.ts'

/** What a program shows of itself; the server says who it is. */
export interface ProgramState {
  /** For a program that is not shown yet. Unlike any other presence in the room. */
  readonly client: number
  /** As the editor's: where its caret is, for a start. */
  readonly state: Readonly<Record<string, unknown>>
}

interface Shown {
  readonly peer: Peer
  readonly client: number
  clock: number
  cancel: () => void
}

export class ProgramPresence {
  readonly #timers: Timers
  readonly #window: Pick<PresenceWindow, 'receive' | 'leave'>
  readonly #shown = new Map<ActorId, Shown>()

  constructor(timers: Timers, window: Pick<PresenceWindow, 'receive' | 'leave'>) {
    this.#timers = timers
    this.#window = window
  }

  show(actor: Actor, { client, state }: ProgramState): void {
    const shown = this.#shown.get(actor.id) ?? { peer: silent(actor), client, clock: 0, cancel: () => {} }
    this.#shown.set(actor.id, shown)
    shown.cancel()
    shown.clock++
    this.#window.receive(shown.peer, payloadOf(shown, state))
    shown.cancel = this.#timers.after(limits.programPresenceMs, () => {
      this.#shown.delete(actor.id)
      this.#window.leave(shown.peer)
    })
  }

  close(): void {
    for (const { cancel } of this.#shown.values()) cancel()
    this.#shown.clear()
  }
}

function payloadOf({ client, clock }: Shown, state: ProgramState['state']): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, clock)
  encoding.writeVarString(encoder, JSON.stringify(state))
  return encoding.toUint8Array(encoder)
}

function silent(actor: Actor): Peer {
  return {
    access: 'read',
    actor,
    receipts: false,
    inflates: false,
    queuedBytes: 0,
    takenBytes: 0,
    send: () => {},
    setReading: () => {},
    close: () => {},
  }
}
