/**
 * A document in memory: what was taken from people, and what of it is committed. Nothing here waits or tells anybody.
 *
 * R2: the snapshot holds every entry of the log up to `head`, and it is all that may be told. What is known is more:
 * what was taken and is on its way to the log, so that nobody need send it again.
 */
import { type ActorId, type DocumentKind, limits } from '@weft/protocol'
import { Ancestry } from './ancestry.ts'
import { openBase, trustedBase } from './base.ts'
import { Capacity } from './capacity.ts'
import { Known } from './known.ts'
import { emptyUpdate } from './merge.ts'
import { Owners } from './owners.ts'
import type { ClientOwners, LogPosition, LogSlice } from './ports.ts'
import type { RoomCaps } from './room-deps.ts'
import { refuseLeaps, type ScannedUpdate, scan } from './scan.ts'
import { Snapshot } from './snapshot.ts'
import type { StateVector } from './state-vector.ts'
import { Uncommitted } from './uncommitted.ts'

export class OpenDocument {
  readonly kind: DocumentKind
  readonly snapshot: Snapshot
  readonly uncommitted = new Uncommitted()
  /** The log's own snapshot goes so far. */
  readonly foldedUpTo: LogPosition
  readonly #known: Known
  readonly #owners: Owners
  readonly #capacity: Capacity
  readonly #ancestry: Ancestry
  #head: LogPosition

  /** `slice`: all of the log. Throws MalformedUpdate or UpdateGap if that is none. */
  constructor(slice: LogSlice, caps: RoomCaps = limits) {
    const { kind } = slice
    this.kind = kind
    this.snapshot = new Snapshot(kind)
    this.#known = new Known(kind)
    this.#owners = new Owners(slice.owners)
    const { snapshot, uncommitted } = this
    this.#capacity = new Capacity(caps, { kind, known: this.#known, snapshot, uncommitted })
    this.#ancestry = new Ancestry(kind, () => [
      ...snapshot.sections,
      ...uncommitted.updates.flatMap(({ sections }) => sections),
    ])
    this.foldedUpTo = this.#load(slice)
    this.#head = slice.head
  }

  get head(): LogPosition {
    return this.#head
  }

  /** What a client need not send. */
  get known(): StateVector {
    return this.#known.stateVector
  }

  get owners(): ClientOwners {
    return this.#owners.all()
  }

  get isFull(): boolean {
    return this.#capacity.isFull
  }

  get memoryBytes(): number {
    return this.#capacity.memoryBytes
  }

  /** False if nothing of it was new. Throws UpdateGap, MalformedUpdate, ForeignClient or DocumentFull, and takes nothing. */
  take(update: ScannedUpdate, actor: ActorId): boolean {
    refuseLeaps(update)
    const fresh = this.#known.newOf(update)
    if (fresh === null) return false
    this.#capacity.refuseExcess(fresh)
    const places = this.#ancestry.of(fresh)
    this.#owners.claim(fresh.sections, actor)
    this.#known.add(fresh)
    this.#ancestry.add(places)
    this.uncommitted.add(actor, fresh)
    return true
  }

  /** These, taken before, are the log's last entries now. */
  committed(updates: readonly ScannedUpdate[], head: LogPosition): void {
    for (const update of updates) this.snapshot.append(update)
    this.#head = head
  }

  /** `slice`: the log after `head`. Returns what of it is new to those who were told everything so far. */
  follow(slice: LogSlice): readonly ScannedUpdate[] {
    const added = slice.updates.flatMap((bytes, index) => {
      const scanned = scan(bytes, this.kind)
      this.#learn(scanned, slice.actors[index])
      const fresh = this.#known.newOf(scanned)
      if (fresh !== null) this.#known.add(fresh)
      return this.snapshot.add(scanned) ?? []
    })
    this.#head = slice.head
    this.#ancestry.forget()
    return added
  }

  /** While there is nothing, all that is new in the log is new to the snapshot too. */
  #load(slice: LogSlice): LogPosition {
    const before = slice.actors[0] === null ? 1 : 0
    if (before === 1) {
      const base = trustedBase(slice.updates[0] ?? emptyUpdate, slice.index, this.kind)
      this.#known.load(openBase(base))
      this.snapshot.load(base)
    }
    const entries = slice.updates.slice(before)
    entries.forEach((bytes, index) => {
      const scanned = scan(bytes, this.kind)
      this.#learn(scanned, slice.actors[index + before])
      const loaded = this.#known.loadEntry(scanned)
      if (loaded !== null) this.snapshot.append(loaded)
    })
    return slice.head - entries.length
  }

  #learn({ sections }: ScannedUpdate, actor: ActorId | null = null): void {
    if (actor !== null) this.#owners.learn(sections, actor)
  }
}
