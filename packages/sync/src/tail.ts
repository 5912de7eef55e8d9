/**
 * What a document got since it was last folded: of each client all structs end to end, as they came, and all deletes.
 * However many updates came, it holds a few objects only: what collects garbage walks objects, not bytes.
 *
 * Rule: what was given out stays as it is. Bytes are added behind what anybody has seen, or in a new place.
 */
import type { DocumentKind } from '@weft/protocol'
import { DeleteSet, forEachDelete } from './delete-set.ts'
import { cutSection } from './known.ts'
import type { UpdateParts } from './merge.ts'
import type { SectionBytes } from './scan.ts'
import type { StateVector } from './state-vector.ts'

export class Tail {
  readonly deletes = new DeleteSet()
  readonly #runs = new Map<number, Run>()

  get isEmpty(): boolean {
    return this.#runs.size === 0 && this.deletes.isEmpty
  }

  get sections(): readonly SectionBytes[] {
    return Array.from(this.#runs.values(), (run) => run.section)
  }

  /** Throws RangeError if a section does not start where the ones before it end: a reader would lose what is between. */
  append({ sections, deletes }: UpdateParts): void {
    for (const section of sections) {
      const run = this.#runs.get(section.client)
      if (run === undefined) this.#runs.set(section.client, new Run(section))
      else run.append(section)
    }
    forEachDelete(deletes, (client, clock, length) => this.deletes.add(client, clock, length))
  }

  /** The structs that one with this state vector lacks. */
  sectionsSince(stateVector: StateVector, kind: DocumentKind): readonly SectionBytes[] {
    return Array.from(this.#runs.values()).flatMap(
      (run) => run.since(stateVector.get(run.client) ?? 0, kind) ?? [],
    )
  }
}

const leastBytes = 64

/** The structs of one client. */
class Run {
  readonly client: number
  readonly #clock: number
  #length: number
  #structs: number
  #bytes: Uint8Array
  #used: number
  /** Where an update began: (clock, structs before it, bytes before it), flat and in order. One that lagged is at such a place. */
  readonly #starts: number[]

  constructor({ client, clock, length, structs, bytes }: SectionBytes) {
    this.client = client
    this.#clock = clock
    this.#length = length
    this.#structs = structs
    this.#bytes = bytes
    this.#used = bytes.length
    this.#starts = [clock, 0, 0]
  }

  get section(): SectionBytes {
    return this.#from(0)
  }

  append({ client, clock, length, structs, bytes }: SectionBytes): void {
    const end = this.#clock + this.#length
    if (clock !== end)
      throw new RangeError(`client ${client}: section at ${clock} after one that ends at ${end}`)
    this.#starts.push(clock, this.#structs, this.#used)
    this.#makeRoom(bytes.length)
    this.#bytes.set(bytes, this.#used)
    this.#used += bytes.length
    this.#length += length
    this.#structs += structs
  }

  /** From `clock` on; `null`: nothing is. */
  since(clock: number, kind: DocumentKind): SectionBytes | null {
    if (clock <= this.#clock) return this.section
    if (clock >= this.#clock + this.#length) return null
    return cutSection(this.#from(this.#lastStartUpTo(clock)), clock, kind)
  }

  /** From the start at that index of {@link #starts} on. */
  #from(index: number): SectionBytes {
    const [clock, structs, at] = this.#starts.slice(index, index + 3) as [number, number, number]
    return {
      client: this.client,
      clock,
      length: this.#clock + this.#length - clock,
      structs: this.#structs - structs,
      bytes: this.#bytes.subarray(at, this.#used),
    }
  }

  #lastStartUpTo(clock: number): number {
    let low = 0
    let high = this.#starts.length / 3
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#starts[3 * middle] as number) <= clock) low = middle
      else high = middle
    }
    return 3 * low
  }

  /** The first bytes are somebody else's, and full. */
  #makeRoom(added: number): void {
    if (this.#used + added <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(leastBytes, 2 * (this.#used + added)))
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = larger
  }
}
