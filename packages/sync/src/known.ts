/**
 * Which clocks and deletes are there. It decides whether an update is new, was there before, or has a hole; only
 * what continues without a hole is ever kept, so nothing in a room waits for a predecessor.
 */

import type { DocumentKind } from '@weft/protocol'
import * as Y from 'yjs'
import { DeleteSet, forEachDelete } from './delete-set.ts'
import { UpdateGap } from './errors.ts'
import { assemble } from './merge.ts'
import { reach } from './reach.ts'
import { type ScannedUpdate, type Section, type SectionBytes, scan } from './scan.ts'
import { encodeStateVector, type StateVector } from './state-vector.ts'

export class Known {
  readonly #clocks = new Map<number, number>()
  readonly #deletes = new DeleteSet()
  readonly #kind: DocumentKind

  constructor(kind: DocumentKind) {
    this.#kind = kind
  }

  get stateVector(): StateVector {
    return this.#clocks
  }

  /** (client, clock, length) triples, flat, each clock once. */
  get deletes(): number[] {
    return this.#deletes.triples()
  }

  /**
   * What is new of `update`; `null` if all of it is there. Throws {@link UpdateGap} when it builds on what is not
   * there.
   */
  newOf(update: ScannedUpdate): ScannedUpdate | null {
    this.#refuseGaps(update)
    return this.#withoutKnown(update)
  }

  /** `fresh` comes from {@link newOf}, with nothing added since. */
  add(fresh: ScannedUpdate): void {
    for (const section of fresh.sections) this.#clocks.set(section.client, section.clock + section.length)
    forEachDelete(fresh.deletes, (client, clock, length) => this.#deletes.add(client, clock, length))
  }

  #clock(client: number): number {
    return this.#clocks.get(client) ?? 0
  }

  #refuseGaps(update: ScannedUpdate): void {
    const reached = reach(update.sections, this.#clocks)
    for (const section of update.sections) {
      if ((reached.get(section.client) ?? 0) < section.clock + section.length) {
        throw new UpdateGap(`client ${section.client} builds on what is not there`)
      }
    }
    forEachDelete(update.deletes, (client, clock, length) => {
      if (clock + length > Math.max(this.#clock(client), reached.get(client) ?? 0)) {
        throw new UpdateGap(`client ${client}: deletes what is not there`)
      }
    })
  }

  #withoutKnown(update: ScannedUpdate): ScannedUpdate | null {
    const sections = update.sections.filter((s) => s.clock + s.length > this.#clock(s.client))
    const deletes = this.#newDeletes(update.deletes)
    if (sections.length === 0 && deletes.length === 0) return null
    const wholeSections = sections.every((s) => s.clock === this.#clock(s.client))
    if (
      wholeSections &&
      sections.length === update.sections.length &&
      deletes.length === update.deletes.length
    ) {
      return update
    }
    const cut = wholeSections ? sections : sections.map((section) => this.#cut(section))
    return scan(assemble({ sections: cut, deletes }), this.#kind)
  }

  /** The part of a section that is new. Structs may have to be split: Yjs does that. */
  #cut(section: Section): Section {
    const clock = this.#clock(section.client)
    return section.clock === clock ? section : cutSection(section, clock, this.#kind)
  }

  #newDeletes(deletes: readonly number[]): readonly number[] {
    const fresh: number[] = []
    forEachDelete(deletes, (client, clock, length) => {
      if (!this.#deletes.has(client, clock, length)) fresh.push(client, clock, length)
    })
    return fresh.length === deletes.length ? deletes : fresh
  }
}

/** What of `section` is at `clock` and after. */
export function cutSection(section: SectionBytes, clock: number, kind: DocumentKind): Section {
  const whole = assemble({ sections: [section], deletes: [] })
  const rest = scan(Y.diffUpdate(whole, encodeStateVector(new Map([[section.client, clock]]))), kind)
  const [only] = rest.sections
  if (only === undefined) throw new RangeError(`nothing of client ${section.client} after ${clock}`)
  return only
}
