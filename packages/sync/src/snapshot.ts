/**
 * The committed document as bytes: a base, and the updates committed since. It answers a client that joins or
 * lags without a Y.Doc, and keeps what it has answered: a thousand clients that join at once cost one encoding.
 *
 * Rule: an answer is looked up only after everything that could change it is in; whatever is added forgets the
 * answers that it makes stale.
 */
import { type DocumentKind, encode } from '@weft/protocol'
import { cutSection, Known } from './known.ts'
import { assemble, emptyUpdate, merge } from './merge.ts'
import { frame } from './outbox.ts'
import { type ScannedUpdate, type SectionBytes, scan } from './scan.ts'
import type { StateVector } from './state-vector.ts'

/** Answers kept. People who reconnect together have few different state vectors. */
const answersKept = 64
/** Pieces of the tail that are laid together, so that an answer never walks thousands. */
const tailPieces = 256

/** An update as it is kept: what was needed to take it is not needed to give it. */
interface Piece {
  readonly bytes: Uint8Array
  readonly sections: readonly SectionBytes[]
  /** Of the base none: the snapshot knows all deletes. */
  readonly deletes: readonly number[]
}

function pieceOf({ bytes, sections, deletes }: ScannedUpdate): Piece {
  const kept = sections.map(({ client, clock, length, structs, bytes }) => ({
    client,
    clock,
    length,
    structs,
    bytes,
  }))
  return { bytes, sections: kept, deletes }
}

export class Snapshot {
  readonly #kind: DocumentKind
  #base: Piece | null = null
  #tail: Piece[] = []
  #tailBytes = 0
  /** How many pieces of the tail a fold under way is going to replace. */
  #folding = 0
  readonly #known: Known
  readonly #answers = new Map<string, Uint8Array>()

  constructor(kind: DocumentKind) {
    this.#kind = kind
    this.#known = new Known(kind)
  }

  get stateVector(): StateVector {
    return this.#known.stateVector
  }

  get tailBytes(): number {
    return this.#tailBytes
  }

  get baseBytes(): number {
    return this.#base?.bytes.length ?? 0
  }

  get hasTail(): boolean {
    return this.#tail.length > 0
  }

  /** Adds what is new of `update` and returns just that; `null` if all of it was there. Throws UpdateGap. */
  add(update: ScannedUpdate): ScannedUpdate | null {
    const fresh = this.#known.newOf(update)
    if (fresh === null) return null
    this.#known.add(fresh)
    this.#tail.push(pieceOf(fresh))
    this.#tailBytes += fresh.bytes.length
    this.#answers.clear()
    if (this.#tail.length - this.#folding > tailPieces) this.#layTogether(this.#folding)
    return fresh
  }

  /** All of it, oldest first, to be made one by a {@link Folder}. Until {@link endFold}, what is added stays apart. */
  beginFold(): readonly Uint8Array[] {
    if (this.#tail.length > 1) this.#layTogether(0)
    this.#folding = this.#tail.length
    return [...(this.#base === null ? [] : [this.#base]), ...this.#tail].map((piece) => piece.bytes)
  }

  /** `base` holds what {@link beginFold} gave; `null`: it could not be made. */
  endFold(base: Uint8Array | null): void {
    if (base !== null) {
      this.#base = { ...pieceOf(scan(base, this.#kind)), deletes: [] }
      this.#tail = this.#tail.slice(this.#folding)
      this.#tailBytes = this.#tail.reduce((total, piece) => total + piece.bytes.length, 0)
      this.#answers.clear()
    }
    this.#folding = 0
  }

  /** A sync-step-2 frame: all that a client with this state vector lacks. */
  answer(stateVector: StateVector): Uint8Array {
    const key = this.#key(stateVector)
    const kept = this.#answers.get(key)
    if (kept !== undefined) return kept
    const made = frame(encode({ type: 'sync-step-2', update: this.#difference(stateVector) }))
    if (this.#answers.size >= answersKept) this.#answers.clear()
    this.#answers.set(key, made)
    return made
  }

  /** Client ids that this document does not know, and clocks ahead of it, make no difference to the answer. */
  #key(stateVector: StateVector): string {
    let key = ''
    for (const [client, clock] of this.stateVector) {
      const theirs = Math.min(stateVector.get(client) ?? 0, clock)
      if (theirs > 0) key += `${client}:${theirs},`
    }
    return key
  }

  #layTogether(from: number): void {
    this.#tail.push(pieceOf(scan(merge(this.#tail.splice(from)), this.#kind)))
  }

  /** Equal state vectors do not mean equal documents: the deletes go along always. */
  #difference(stateVector: StateVector): Uint8Array {
    if (this.#base === null && this.#tail.length === 0) return emptyUpdate
    const pieces = this.#base === null ? this.#tail : [this.#base, ...this.#tail]
    const sections: SectionBytes[] = []
    for (const section of pieces.flatMap((piece) => piece.sections)) {
      const theirs = stateVector.get(section.client) ?? 0
      if (theirs <= section.clock) sections.push(section)
      else if (theirs < section.clock + section.length) sections.push(cutSection(section, theirs, this.#kind))
    }
    return assemble({ sections, deletes: this.#known.deletes })
  }
}
