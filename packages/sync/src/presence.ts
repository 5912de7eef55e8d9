/**
 * Who is here: the last state of each client, as text, ready to be sent on. Identity is the server's word: a state is
 * stamped once before it is told, and never parsed again. One that is replaced before that was never looked into, so
 * who sends them faster than they are told costs no more than others.
 *
 * Rules: a client id belongs to the peer that first brought it, because stock clients repeat what they hear of
 * others; a state counts only with a higher clock, or as a removal with the same one; all of a message is read
 * before any of it is applied; a client that does not renew its state is taken away.
 */
import { limits, MalformedMessage } from '@weft/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { Peer } from './ports.ts'
import { type Stamp, stampOf } from './presence-stamp.ts'

interface Entry {
  readonly clock: number
  /** JSON text, or `null` for one that is leaving and not yet told, or was never stamped. */
  readonly state: string | null
  /** What the client said since, to be stamped. */
  readonly claim: string | null
  readonly peer: Peer
  readonly stamp: Stamp
  readonly renewedAt: number
}

/** How many departed ids are remembered: enough for a classroom to leave at once. */
const departedKept = 1_000

export class Presence {
  readonly #entries = new Map<number, Entry>()
  readonly #idsByPeer = new Map<Peer, Set<number>>()
  /** Last clock of clients that left: late echoes of their states must not bring them back. */
  readonly #departed = new Map<number, number>()
  #changed = new Set<number>()

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  /** Something changed since {@link takeChanges}. */
  get hasChanges(): boolean {
    return this.#changed.size > 0
  }

  /** Takes a client's presence payload. Throws MalformedMessage, having taken nothing. */
  receive(peer: Peer, payload: Uint8Array, now: number): void {
    if (payload.length > limits.presenceBytes) return
    const states = readStates(payload)
    // The first thing a client says of presence is its own state, maybe with the clock it left with.
    const introduces = !this.#idsByPeer.has(peer) && states.length === 1
    for (const { client, clock, json } of states) {
      if (this.#accepts(peer, client, clock, json === null, introduces))
        this.#put(peer, client, clock, json, now)
    }
  }

  /** A peer is gone, and with it the clients it brought. */
  leave(peer: Peer): void {
    for (const client of this.#idsByPeer.get(peer) ?? []) this.#depart(client)
    this.#idsByPeer.delete(peer)
  }

  /** Takes away who did not renew. Returns when the next could be due. */
  expire(now: number): number {
    let oldest = now
    for (const [client, entry] of this.#entries) {
      if (now - entry.renewedAt < limits.presenceExpiryMs) {
        oldest = Math.min(oldest, entry.renewedAt)
        continue
      }
      this.#depart(client)
      this.#idsByPeer.get(entry.peer)?.delete(client)
    }
    return oldest + limits.presenceExpiryMs
  }

  /** What changed since the last call, as a payload for everybody, in bytes of the next call; `null` if nothing did. */
  takeChanges(): Uint8Array | null {
    this.#stampChanged()
    if (this.#changed.size === 0) return null
    const payload = this.#encode(this.#changed, this.#changed.size)
    for (const client of this.#changed) {
      if (this.#entries.get(client)?.state === null) this.#entries.delete(client)
    }
    // Not cleared: a set that is leads to the next table, and an old dead one would keep all that follow.
    this.#changed = new Set()
    return payload
  }

  /** Everybody who is here, for one that arrives, in bytes of the next call; `null` if nobody is. */
  all(): Uint8Array | null {
    this.#stampChanged()
    const here = [...this.#entries].filter(([, entry]) => entry.state !== null)
    const clients = here.map(([client]) => client)
    return here.length === 0 ? null : this.#encode(clients, clients.length)
  }

  #accepts(peer: Peer, client: number, clock: number, leaves: boolean, introduces: boolean): boolean {
    const entry = this.#entries.get(client)
    if (entry !== undefined && isHere(entry)) {
      return entry.peer === peer && (clock > entry.clock || (clock === entry.clock && leaves))
    }
    if (leaves) return false
    if ((this.#idsByPeer.get(peer)?.size ?? 0) >= limits.presenceIdsPerPeer) return false
    const departedAt = this.#departed.get(client) ?? -1
    return introduces || clock > departedAt
  }

  #put(peer: Peer, client: number, clock: number, json: string | null, now: number): void {
    if (json === null) {
      this.#depart(client, clock)
      return
    }
    const ids = this.#idsByPeer.get(peer)
    if (ids === undefined) this.#idsByPeer.set(peer, new Set([client]))
    else ids.add(client)
    this.#departed.delete(client)
    const known = this.#entries.get(client)
    const state = known?.state ?? null
    const stamp = known?.peer === peer ? known.stamp : stampOf(peer.actor, client)
    this.#entries.set(client, { clock, state, claim: json, peer, stamp, renewedAt: now })
    this.#changed.add(client)
  }

  /** A claim that is no state changes nothing but the clock. */
  #stampChanged(): void {
    for (const client of this.#changed) {
      const entry = this.#entries.get(client)
      if (entry === undefined || entry.claim === null) continue
      const state = entry.stamp(entry.claim) ?? entry.state
      if (state !== null) this.#entries.set(client, { ...entry, state, claim: null })
      else this.#forget(client, entry.peer)
    }
  }

  /** One that was never told of. */
  #forget(client: number, peer: Peer): void {
    this.#entries.delete(client)
    this.#changed.delete(client)
    this.#idsByPeer.get(peer)?.delete(client)
  }

  /** Others take a removal that has the clock of the last state. */
  #depart(client: number, clock?: number): void {
    const entry = this.#entries.get(client)
    if (entry === undefined || !isHere(entry)) return
    const last = clock ?? entry.clock
    this.#entries.set(client, { ...entry, clock: last, state: null, claim: null })
    this.#changed.add(client)
    this.#departed.set(client, last)
    if (this.#departed.size > departedKept) {
      const [oldest] = this.#departed.keys()
      if (oldest !== undefined) this.#departed.delete(oldest)
    }
  }

  #encode(clients: Iterable<number>, count: number): Uint8Array {
    scratch.cpos = 0
    scratch.bufs = []
    encoding.writeVarUint(scratch, count)
    for (const client of clients) {
      const entry = this.#entries.get(client)
      if (entry === undefined) throw new RangeError(`client ${client} is not here`)
      encoding.writeVarUint(scratch, client)
      encoding.writeVarUint(scratch, entry.clock)
      encoding.writeVarString(scratch, entry.state ?? 'null')
    }
    return scratch.bufs.length === 0 ? scratch.cbuf.subarray(0, scratch.cpos) : encoding.toUint8Array(scratch)
  }
}

/** Payloads are written here before they are framed; it grows to the largest. */
const scratch = encoding.createEncoder()

function isHere({ state, claim }: Entry): boolean {
  return state !== null || claim !== null
}

interface ReceivedState {
  readonly client: number
  readonly clock: number
  /** `null`: the client leaves. */
  readonly json: string | null
}

function readStates(payload: Uint8Array): ReceivedState[] {
  try {
    const decoder = decoding.createDecoder(payload)
    const count = decoding.readVarUint(decoder)
    if (count > payload.length) throw new MalformedMessage('count beyond the bytes')
    const states: ReceivedState[] = []
    for (let left = count; left > 0; left--) {
      const client = decoding.readVarUint(decoder)
      const clock = decoding.readVarUint(decoder)
      const json = decoding.readVarString(decoder)
      states.push({ client, clock, json: json === 'null' ? null : json })
    }
    if (decoding.hasContent(decoder)) throw new MalformedMessage('bytes after the states')
    return states
  } catch (error) {
    throw error instanceof MalformedMessage ? error : new MalformedMessage('not presence states')
  }
}
