/**
 * How far the sections of an update can be applied, given what is there: Yjs applies a struct only after the
 * structs it refers to. References are followed one by one and no section is followed further than the others
 * need, so the walk is linear, and sections that really wait for each other are found to get nowhere.
 */
import type { Section } from './scan.ts'
import type { StateVector } from './state-vector.ts'

/** Per client of `sections`, the first clock that cannot be applied. */
export function reach(sections: readonly Section[], there: StateVector): StateVector {
  if (areReady(sections, there))
    return new Map(sections.map(({ client, clock, length }) => [client, clock + length]))
  const walk = new Walk(sections, there)
  for (const section of sections) walk.follow(section.client, section.clock + section.length - 1)
  return walk.reached
}

/** All that the sections refer to is there, so they reach to their ends. */
export function areReady(sections: readonly Section[], there: StateVector): boolean {
  for (const { client, clock, needs } of sections) {
    if (clock > (there.get(client) ?? 0)) return false
    for (let next = 0; next < needs.length; next += 3) {
      if ((needs[next + 2] as number) >= (there.get(needs[next + 1] as number) ?? 0)) return false
    }
  }
  return true
}

interface Errand {
  readonly client: number
  /** The walk is on its way to have this clock of the client applied. */
  readonly clock: number
}

class Walk {
  readonly reached = new Map<number, number>()
  readonly #sections: ReadonlyMap<number, Section>
  /** Index of the next need of each section. */
  readonly #next = new Map<number, number>()
  readonly #there: StateVector

  constructor(sections: readonly Section[], there: StateVector) {
    this.#sections = new Map(sections.map((section) => [section.client, section]))
    this.#there = there
  }

  follow(client: number, clock: number): void {
    const errands: Errand[] = [{ client, clock }]
    const underWay = new Set([client])
    for (let errand = errands.at(-1); errand !== undefined; errand = errands.at(-1)) {
      const need = this.#advance(errand)
      if (need === null) {
        // The section ends before it: asked again, it would end there again.
        if (!this.#has(errand)) return
        errands.pop()
        underWay.delete(errand.client)
      } else if (this.#sections.has(need.client) && !underWay.has(need.client)) {
        errands.push(need)
        underWay.add(need.client)
      } else return
    }
  }

  /** Goes on in one section until the errand is done (`null`), or until something is needed first. */
  #advance(errand: Errand): Errand | null {
    const section = this.#sections.get(errand.client)
    if (section === undefined || section.clock > (this.#there.get(errand.client) ?? 0)) return errand
    const { needs } = section
    for (let next = this.#next.get(errand.client) ?? 0; next < needs.length; next += 3) {
      const ownClock = needs[next] as number
      this.#next.set(errand.client, next)
      this.reached.set(errand.client, ownClock)
      if (ownClock > errand.clock) return null
      const need = { client: needs[next + 1] as number, clock: needs[next + 2] as number }
      if (!this.#has(need)) return need
    }
    this.#next.set(errand.client, needs.length)
    this.reached.set(errand.client, section.clock + section.length)
    return null
  }

  #has({ client, clock }: Errand): boolean {
    return clock < Math.max(this.#there.get(client) ?? 0, this.reached.get(client) ?? 0)
  }
}
