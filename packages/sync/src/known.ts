/**
 * Which clocks and deletes are there. It decides whether an update is new, was there before, or has a hole; only
 * what continues without a hole is ever kept, so nothing in a room waits for a predecessor.
 */

import type { DocumentKind } from '@weft/protocol'
import * as Y from 'yjs'
import type { OpenedBase } from './base.ts'
import { DeleteSet, deleteSetOf, forEachDelete, readDeletes } from './delete-set.ts'
import { UpdateGap } from './errors.ts'
import { assemble } from './merge.ts'
import { areReady, reach } from './reach.ts'
import { type ScannedUpdate, type SectionBytes, scan, structAt } from './scan.ts'
import { encodeStateVector, type StateVector } from './state-vector.ts'

export class Known {
  readonly #clocks = new Map<number, number>()
  #deletes = new DeleteSet()
  /** Deletes of the log, of its base and of its entries: until somebody deletes, nobody asks about them. */
  #unread: { readonly ofBase: Uint8Array; readonly later: (readonly number[])[] } | null = null
  /** What came as gone without being deleted too. Yjs takes it for deleted, and says so when it folds. */
  readonly #gone = new DeleteSet()
  #clockTotal = 0
  /** `null`: to be counted. */
  #deletedClocks: number | null = null
  readonly #kind: DocumentKind

  constructor(kind: DocumentKind) {
    this.#kind = kind
  }

  get stateVector(): StateVector {
    return this.#clocks
  }

  /** Takes a whole document as it is. Only while nothing is known. */
  load({ sections, deletes }: OpenedBase): void {
    for (const { client, length } of sections) {
      this.#clocks.set(client, length)
      this.#clockTotal += length
    }
    // A copy: the base itself will make way for a later one.
    this.#unread = { ofBase: deletes.slice(), later: [] }
  }

  /** Takes an entry of the log and returns what is new of it, all deletes included. Throws {@link UpdateGap}. */
  loadEntry(update: ScannedUpdate): ScannedUpdate | null {
    refuseGaps(update, this.#clocks)
    const loaded = fresh(update, this.#clocks, update.deletes, this.#kind)
    if (loaded !== null) this.add(loaded)
    return loaded
  }

  /**
   * What is new of `update`; `null` if all of it is there. Throws {@link UpdateGap} when it builds on what is not
   * there.
   */
  newOf(update: ScannedUpdate): ScannedUpdate | null {
    refuseGaps(update, this.#clocks)
    const deletes = update.deletes.length === 0 ? update.deletes : this.#newDeletes(update.deletes)
    return fresh(update, this.#clocks, deletes, this.#kind)
  }

  /**
   * Whether at most so many clocks are there and not deleted: of a text, its length. The deletes are looked at only
   * when there are more clocks than that in all.
   */
  livesUpTo(most: number): boolean {
    if (this.#clockTotal <= most) return true
    this.#deletedClocks ??= this.#countDeleted()
    return this.#clockTotal - this.#deletedClocks <= most
  }

  /** `fresh` comes from {@link newOf}, with nothing added since. */
  add(fresh: ScannedUpdate): void {
    for (const section of fresh.sections) {
      this.#clocks.set(section.client, section.clock + section.length)
      this.#clockTotal += section.length
    }
    if (fresh.sections.some(({ gone }) => gone.length > 0)) this.#noteGone(fresh)
    if (fresh.deletes.length === 0) return
    this.#deletedClocks = null
    if (this.#unread === null) addDeletes(this.#deletes, fresh.deletes)
    else this.#unread.later.push(fresh.deletes)
  }

  #noteGone({ sections, deletes }: ScannedUpdate): void {
    const deleted = deleteSetOf(deletes)
    for (const { client, gone } of sections) {
      for (let next = 0; next < gone.length; next += 2) {
        const [clock, length] = gone.slice(next, next + 2) as [number, number]
        if (!deleted.has(client, clock, length)) this.#gone.add(client, clock, length)
      }
    }
    this.#deletedClocks = null
  }

  #countDeleted(): number {
    const deletes = this.#deleteSet()
    return this.#gone.isEmpty
      ? deletes.clocks
      : deleteSetOf([...deletes.triples(), ...this.#gone.triples()]).clocks
  }

  #newDeletes(deletes: readonly number[]): readonly number[] {
    const set = this.#deleteSet()
    const fresh: number[] = []
    forEachDelete(deletes, (client, clock, length) => {
      if (!set.has(client, clock, length)) fresh.push(client, clock, length)
    })
    return fresh.length === deletes.length ? deletes : fresh
  }

  #deleteSet(): DeleteSet {
    if (this.#unread !== null) {
      this.#deletes = readDeletes(this.#unread.ofBase)
      for (const deletes of this.#unread.later) addDeletes(this.#deletes, deletes)
      this.#unread = null
    }
    return this.#deletes
  }
}

function addDeletes(set: DeleteSet, deletes: readonly number[]): void {
  forEachDelete(deletes, (client, clock, length) => set.add(client, clock, length))
}

/** Throws {@link UpdateGap} when `update` builds on what is not `there`. */
export function refuseGaps(update: ScannedUpdate, there: StateVector): void {
  if (update.deletes.length === 0 && areReady(update.sections, there)) return
  const reached = reach(update.sections, there)
  for (const section of update.sections) {
    if ((reached.get(section.client) ?? 0) < section.clock + section.length) {
      throw new UpdateGap(`client ${section.client} builds on what is not there`)
    }
  }
  forEachDelete(update.deletes, (client, clock, length) => {
    if (clock + length > Math.max(there.get(client) ?? 0, reached.get(client) ?? 0)) {
      throw new UpdateGap(`client ${client}: deletes what is not there`)
    }
  })
}

/** What of `update` is at the clocks `there` and after, with these deletes; `null`: nothing. */
export function fresh(
  update: ScannedUpdate,
  there: StateVector,
  deletes: readonly number[],
  kind: DocumentKind,
): ScannedUpdate | null {
  const clockOf = (client: number) => there.get(client) ?? 0
  const hasAll = deletes.length === update.deletes.length
  if (hasAll && update.sections.length > 0 && update.sections.every((s) => s.clock === clockOf(s.client)))
    return update
  const sections = update.sections.filter((s) => s.clock + s.length > clockOf(s.client))
  if (sections.length === 0 && deletes.length === 0) return null
  const wholeSections = sections.every((s) => s.clock === clockOf(s.client))
  if (wholeSections && hasAll && sections.length === update.sections.length) return update
  const cut = wholeSections
    ? sections
    : sections.map((section) => cutSection(section, clockOf(section.client), kind))
  return scan(assemble({ sections: cut, deletes }), kind)
}

/**
 * What of `section` is at `clock` and after. One struct may have to be split: Yjs does that, and sees no other. All of
 * a large section would take it seconds.
 */
export function cutSection(section: SectionBytes, clock: number, kind: DocumentKind): SectionBytes {
  if (section.clock === clock) return section
  const { client } = section
  const found = structAt(section, clock, kind)
  if (found === null) throw new RangeError(`nothing of client ${client} after ${clock}`)
  const length = section.clock + section.length - clock
  const structs = section.structs - found.before
  if (found.clock === clock)
    return { client, clock, length, structs, bytes: section.bytes.subarray(found.from) }
  const bytes = section.bytes.subarray(found.from, found.to)
  const split = { client, clock: found.clock, length: found.length, structs: 1, bytes }
  const half = halfOf(split, clock, kind)
  const rest = section.bytes.subarray(found.to)
  const both = new Uint8Array(half.length + rest.length)
  both.set(half)
  both.set(rest, half.length)
  return { client, clock, length, structs, bytes: both }
}

/** The second half of a struct. */
function halfOf(split: SectionBytes, clock: number, kind: DocumentKind): Uint8Array {
  const whole = assemble({ sections: [split], deletes: [] })
  const half = scan(Y.diffUpdate(whole, encodeStateVector(new Map([[split.client, clock]]))), kind)
  const [only] = half.sections
  if (only?.structs !== 1) throw new RangeError(`client ${split.client} cannot be cut at ${clock}`)
  return only.bytes
}
