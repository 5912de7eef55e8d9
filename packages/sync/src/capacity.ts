/** How much a document may hold, so that everybody who reads it can: bytes, client ids, and the length of its text. */
import { type DocumentKind, limits } from '@weft/protocol'
import { forEachDelete } from './delete-set.ts'
import { DocumentFull } from './errors.ts'
import type { Known } from './known.ts'
import type { RoomCaps } from './room-deps.ts'
import type { ScannedUpdate, Section } from './scan.ts'
import type { Snapshot } from './snapshot.ts'
import type { Uncommitted } from './uncommitted.ts'

export interface Contents {
  readonly kind: DocumentKind
  readonly known: Known
  readonly snapshot: Snapshot
  readonly uncommitted: Uncommitted
}

/** Measured: what a room takes before it holds anything, and for each client id that it knows. */
const emptyRoomBytes = 8 * 1024
const clientBytes = 200

export class Capacity {
  readonly #caps: RoomCaps
  readonly #contents: Contents

  constructor(caps: RoomCaps, contents: Contents) {
    this.#caps = caps
    this.#contents = contents
  }

  /** What a room that holds this takes of memory, about. */
  get memoryBytes(): number {
    return emptyRoomBytes + this.#contents.known.stateVector.size * clientBytes + this.#stateBytes
  }

  get isFull(): boolean {
    return !this.#hasRoomFor(0, 0)
  }

  /** Throws {@link DocumentFull}. `fresh`: what of an update is new. */
  refuseExcess({ sections, deletes, bytes }: ScannedUpdate): void {
    // Who deletes makes room.
    if (sections.length === 0) return
    const { stateVector } = this.#contents.known
    const newcomers = sections.filter(({ client }) => !stateVector.has(client)).length
    const isCrowded = newcomers > 0 && stateVector.size + newcomers > limits.clientsPerDocument
    const lengths = sections.reduce((total, { length }) => total + length, 0)
    // Mostly the same clocks.
    const dead = Math.max(clocksIn(deletes), goneIn(sections))
    const isTooLong = !this.#hasRoomFor(bytes.length, lengths - dead)
    if (isCrowded || isTooLong) throw new DocumentFull()
  }

  get #stateBytes(): number {
    const { snapshot, uncommitted } = this.#contents
    return snapshot.foldedBytes + snapshot.unfoldedBytes + uncommitted.bytes
  }

  #hasRoomFor(bytes: number, clocks: number): boolean {
    if (this.#stateBytes + bytes > this.#caps.stateBytes) return false
    // In a text, a clock that is not deleted is a UTF-16 unit.
    return this.#contents.kind === 'yjs' || this.#contents.known.livesUpTo(this.#caps.textLength - clocks)
  }
}

/** Some of it may have been deleted before: what bounds the memory is the bytes. */
function clocksIn(deletes: readonly number[]): number {
  let total = 0
  forEachDelete(deletes, (_client, _clock, length) => {
    total += length
  })
  return total
}

function goneIn(sections: readonly Section[]): number {
  let total = 0
  for (const { gone } of sections) {
    for (let next = 1; next < gone.length; next += 2) total += gone[next] as number
  }
  return total
}
