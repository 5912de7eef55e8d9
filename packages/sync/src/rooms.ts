/**
 * At most one room per document on this node: opens, shares, closes them.
 *
 * R4: who asks for a document while its room opens waits for that room; a room closes in one synchronous step,
 * in which it is quiet and leaves the map, so the next one never meets it.
 *
 * Memory is bounded: when rooms hold more than they may, those that nobody is in leave at once, the longest idle
 * first, without being folded; if that is not enough, no other room opens.
 */
import { type Actor, type DocumentId, limits, MalformedMessage } from '@weft/protocol'
import { LineageMismatch, MalformedUpdate, RoomsFull } from './errors.ts'
import type { Member } from './member.ts'
import { type LogPosition, type Peer, StorageFailure } from './ports.ts'
import type { ProgramState } from './program-presence.ts'
import { Room } from './room.ts'
import type { RoomDeps } from './room-deps.ts'

const measureMs = 1_000

/** A peer's place in a room. */
export interface Membership {
  /** One whole message from the client. The room copies what it keeps. Never throws. */
  receive(message: Uint8Array): void
  /** The network took what was queued for this peer. */
  drained(): void
  leave(): void
}

export interface RoomsStats {
  readonly rooms: number
  readonly peers: number
  /** Bytes of updates taken from clients and not yet durable. */
  readonly uncommittedBytes: number
  /** What all rooms hold, about. */
  readonly bytes: number
}

interface Place {
  readonly opening: Promise<Room>
  room: Room | null
  cancelIdle: (() => void) | null
}

export class Rooms {
  readonly #deps: RoomDeps
  readonly #places = new Map<DocumentId, Place>()
  /** Rooms that wait to be closed, the longest idle first. */
  readonly #idle = new Map<DocumentId, Place>()
  readonly #mostBytes: number
  #bytes = 0
  #measuredAt = Number.NEGATIVE_INFINITY
  #isClosing = false

  constructor(deps: RoomDeps) {
    this.#deps = deps
    this.#mostBytes = (deps.caps ?? limits).roomBytes
  }

  /**
   * Opens the document if need be and puts `peer` in: it is sent the first frames before this resolves.
   * `lineage`: what the client says it holds, if it says. Rejects with LineageMismatch, DocumentGone,
   * DocumentDamaged, RoomsFull or StorageFailure.
   */
  async join(document: DocumentId, peer: Peer, lineage: string | null): Promise<Membership> {
    return this.#inRoom(document, (room) => {
      if (lineage === null || lineage === room.lineage) return membership(room, room.enter(peer))
      this.#whenQuiet(document)
      throw new LineageMismatch()
    })
  }

  /**
   * Merges an update for a program, by the same way as a client's: resolves when it is durable, with the
   * document's position. Rejects with MalformedUpdate, UpdateGap, DocumentFull, DocumentGone, DocumentDamaged,
   * RoomsFull or StorageFailure.
   */
  async write(document: DocumentId, update: Uint8Array, actor: Actor): Promise<LogPosition> {
    try {
      return await this.#inRoom(document, (room) => room.write(actor, update))
    } finally {
      this.#whenQuiet(document)
    }
  }

  /** Shows a program that has written, for a moment, to those who have the document open. */
  showProgram(document: DocumentId, actor: Actor, state: ProgramState): void {
    this.#places.get(document)?.room?.showProgram(actor, state)
  }

  /** False: rooms that are in use hold all the memory that rooms may have, and this document is in none. */
  mayOpen(document: DocumentId): boolean {
    return this.#places.has(document) || this.#makeSpace()
  }

  /** The document went to the trash: sends its people away. */
  dismiss(document: DocumentId): void {
    this.#places.get(document)?.room?.dismiss()
  }

  stats(): RoomsStats {
    const rooms = [...this.#places.values()].flatMap((place) => place.room ?? [])
    return {
      rooms: rooms.length,
      peers: rooms.reduce((total, room) => total + room.peers, 0),
      uncommittedBytes: rooms.reduce((total, room) => total + room.uncommittedBytes, 0),
      bytes: rooms.reduce((total, room) => total + room.bytes, 0),
    }
  }

  /** For shutdown: no room opens any more, and this resolves when all that was taken is durable. */
  async closeAll(): Promise<void> {
    this.#isClosing = true
    await Promise.all([...this.#places].map(([document, place]) => this.#closeForGood(document, place)))
  }

  /**
   * R6: `enter` runs in the very step in which the room is found to be open; a step later it may be closed.
   */
  async #inRoom<T>(document: DocumentId, enter: (room: Room) => T): Promise<Awaited<T>> {
    for (;;) {
      if (this.#isClosing) throw new StorageFailure('the server is stopping', { full: false })
      if (!this.mayOpen(document)) throw new RoomsFull()
      const place = this.#places.get(document) ?? this.#openPlace(document)
      const room = await place.opening
      // A room may have ended, or everything may be closing, while this waited.
      if (this.#places.get(document) !== place || this.#isClosing) continue
      this.#keep(document, place)
      return await enter(room)
    }
  }

  #openPlace(document: DocumentId): Place {
    const leaveMap = () => {
      if (this.#places.get(document) === place) this.#places.delete(document)
      if (this.#idle.get(document) === place) this.#idle.delete(document)
    }
    const open = async () => {
      const room = await Room.open(document, this.#deps, {
        onQuiet: () => this.#whenQuiet(document),
        onEnd: () => {
          leaveMap()
          place.cancelIdle?.()
          place.room?.close()
        },
      })
      // Others that were let in with this one may have taken the space by now.
      if (!this.#makeSpace()) {
        room.close()
        throw new RoomsFull()
      }
      place.room = room
      this.#bytes += room.bytes
      return room
    }
    const opening = open()
    const place: Place = { opening, room: null, cancelIdle: null }
    this.#places.set(document, place)
    opening.catch(leaveMap)
    return place
  }

  #whenQuiet(document: DocumentId): void {
    const place = this.#places.get(document)
    if (place?.room?.isQuiet !== true || this.#isClosing) return
    this.#keep(document, place)
    this.#idle.set(document, place)
    place.cancelIdle = this.#deps.timers.after(limits.idleRoomMs, () => {
      place.cancelIdle = null
      if (place.room !== null) void this.#closeIdle(document, place, place.room)
    })
  }

  /** Somebody is there, or a new wait begins. */
  #keep(document: DocumentId, place: Place): void {
    place.cancelIdle?.()
    place.cancelIdle = null
    if (this.#idle.get(document) === place) this.#idle.delete(document)
  }

  /** Whether another room may open. Its size is known only when it has, so the bound is met within one document. */
  #makeSpace(): boolean {
    this.#measure()
    for (const [document, place] of this.#idle) {
      if (this.#bytes < this.#mostBytes) return true
      if (place.room === null || !place.room.isQuiet) continue
      this.#bytes -= place.room.bytes
      this.#close(document, place, place.room)
    }
    return this.#bytes < this.#mostBytes
  }

  /** Looking at each room costs too much for every opening. */
  #measure(): void {
    const now = this.#deps.timers.now()
    if (Math.abs(now - this.#measuredAt) < measureMs) return
    this.#measuredAt = now
    this.#bytes = this.stats().bytes
  }

  /** R4: in one step. */
  #close(document: DocumentId, place: Place, room: Room): void {
    this.#keep(document, place)
    this.#places.delete(document)
    room.close()
  }

  /** R8: whoever comes, or writes, while the fold is under way keeps the room: it is looked at again after. */
  async #closeIdle(document: DocumentId, place: Place, room: Room): Promise<void> {
    if (room.isQuiet && room.hasTail) await room.fold()
    if (!room.isQuiet || this.#places.get(document) !== place) return
    this.#bytes -= room.bytes
    this.#close(document, place, room)
  }

  async #closeForGood(document: DocumentId, place: Place): Promise<void> {
    place.cancelIdle?.()
    try {
      const room = await place.opening
      await room.flush()
      room.close()
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      this.#deps.reporter.warn('room did not close well', { document, error: text })
    }
    this.#places.delete(document)
  }
}

/** What a client sends that no honest client would ends its own connection, and touches nobody else's (R7). */
function membership(room: Room, member: Member): Membership {
  return {
    receive: (message) => {
      try {
        room.receive(member, message)
      } catch (error) {
        if (!(error instanceof MalformedMessage || error instanceof MalformedUpdate)) throw error
        member.peer.close('malformed')
      }
    },
    drained: () => member.drained(),
    leave: () => room.leave(member),
  }
}
