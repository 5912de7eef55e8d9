/**
 * What structs are part of: values of a key or not, and how many types deep. Only documents of any types have either.
 *
 * Two rules, of what Yjs takes and trips over later; whose Y.Doc did is told of nothing and tells nobody any more.
 * What is alive and the value of a key takes one clock: Yjs writes no other, and believes that of the values of a key
 * all but the last are deleted, which is untrue of one of several clocks when it is cut in two. And types are nested so
 * deep only: to delete one Yjs calls itself for each that is inside.
 *
 * A struct that names a neighbour is where that one is, so this is known only by way of all others. They are looked at
 * when it first matters.
 */
import { type DocumentKind, limits } from '@weft/protocol'
import { DeleteSet, deleteSetOf, forEachDelete } from './delete-set.ts'
import { MalformedUpdate } from './errors.ts'
import { type ScannedUpdate, type SectionBytes, scan } from './scan.ts'
import { eachStruct } from './struct-walk.ts'

/** `whole`: a document. Throws {@link MalformedUpdate} if it breaks these rules. */
export function refuseTraps(whole: Uint8Array, kind: DocumentKind): void {
  new Ancestry(kind, () => []).of(scan(whole, kind))
}

/** Of some structs. */
interface Places {
  /** Clocks that are values of keys. */
  readonly keyed: DeleteSet
  readonly depths: Depths
}

export class Ancestry {
  readonly #kind: DocumentKind
  readonly #all: () => readonly SectionBytes[]
  #known: Places | null = null

  /** `all`: everything that is there, of one client in order. */
  constructor(kind: DocumentKind, all: () => readonly SectionBytes[]) {
    this.#kind = kind
    this.#all = all
  }

  /** Of an update that continues what is there; `null`: nobody asked yet. Throws {@link MalformedUpdate}. */
  of(update: ScannedUpdate): Places | null {
    if (this.#kind !== 'yjs' || update.sections.length === 0) return null
    if (this.#known === null && !update.sections.some(({ asksAncestry }) => asksAncestry)) return null
    this.#known ??= placesIn(this.#all(), nothing, () => {})
    const deleted = deleteSetOf(update.deletes)
    return placesIn(update.sections, this.#known, ({ client, clock, length, isKeyed, depth }) => {
      if (depth > limits.typeNesting) throw new MalformedUpdate('types nested too deep')
      if (isKeyed && length > 1 && !deleted.has(client, clock, length))
        throw new MalformedUpdate('several values of one key')
    })
  }

  /** What {@link of} gave is there now. */
  add(places: Places | null): void {
    if (places === null || this.#known === null) return
    const { keyed, depths } = this.#known
    forEachDelete(places.keyed.triples(), (client, clock, length) => keyed.add(client, clock, length))
    depths.add(places.depths)
  }

  /** More is there than was added. */
  forget(): void {
    this.#known = null
  }
}

interface Living {
  readonly client: number
  readonly clock: number
  readonly length: number
  readonly isKeyed: boolean
  readonly depth: number
}

/** `before`: of what the sections build on. */
function placesIn(
  sections: readonly SectionBytes[],
  before: Places,
  onLiving: (struct: Living) => void,
): Places {
  const keyed = new DeleteSet()
  const depths = new Depths()
  eachStruct(sections, ({ place, length }) => {
    const { client, clock, key, namedClient, namedClock } = place
    const isKeyed =
      key === 'own' ||
      (key === 'named' &&
        (keyed.has(namedClient, namedClock, 1) || before.keyed.has(namedClient, namedClock, 1)))
    if (isKeyed) keyed.add(client, clock, length)
    const named = place.names
      ? (depths.of(namedClient, namedClock) ?? before.depths.of(namedClient, namedClock) ?? 0)
      : 0
    const depth = named + (place.names && key !== 'named' ? 1 : 0)
    depths.set(client, clock, depth)
    if (place.isAlive && (depth > 0 || length > 1)) onLiving({ client, clock, length, isKeyed, depth })
  })
  return { keyed, depths }
}

/** In how many types structs are: of each client (clock, depth) pairs, flat and in order, one where the depth changes. */
class Depths {
  readonly #runs = new Map<number, number[]>()

  /** `clock` is behind all that were set of this client. */
  set(client: number, clock: number, depth: number): void {
    const runs = this.#runs.get(client)
    if (runs === undefined) this.#runs.set(client, [clock, depth])
    else if (runs.at(-1) !== depth) runs.push(clock, depth)
  }

  /** `null`: nothing is known of it. */
  of(client: number, clock: number): number | null {
    const runs = this.#runs.get(client)
    if (runs === undefined || clock < (runs[0] as number)) return null
    let low = 0
    let high = runs.length / 2
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((runs[2 * middle] as number) <= clock) low = middle
      else high = middle
    }
    return runs[2 * low + 1] as number
  }

  add(later: Depths): void {
    for (const [client, runs] of later.#runs) {
      for (let next = 0; next < runs.length; next += 2)
        this.set(client, runs[next] as number, runs[next + 1] as number)
    }
  }
}

const nothing: Places = { keyed: new DeleteSet(), depths: new Depths() }
