/** Which clocks are deleted: per client, ranges that neither touch nor overlap, in order. */
export class DeleteSet {
  /** Flat (from, to) pairs, `to` exclusive. */
  readonly #rangesByClient = new Map<number, number[]>()

  /** Adds `length` clocks from `clock` on. False if all of them were in before. */
  add(client: number, clock: number, length: number): boolean {
    const ranges = this.#rangesByClient.get(client)
    const to = clock + length
    if (ranges === undefined) {
      this.#rangesByClient.set(client, [clock, to])
      return true
    }
    const first = firstEndingAtOrAfter(ranges, clock)
    if (first < ranges.length && at(ranges, first) <= clock && at(ranges, first + 1) >= to) return false
    let last = first
    let from = clock
    let end = to
    while (last < ranges.length && at(ranges, last) <= end) {
      from = Math.min(from, at(ranges, last))
      end = Math.max(end, at(ranges, last + 1))
      last += 2
    }
    ranges.splice(first, last - first, from, end)
    return true
  }

  has(client: number, clock: number, length: number): boolean {
    const ranges = this.#rangesByClient.get(client)
    if (ranges === undefined) return false
    const first = firstEndingAtOrAfter(ranges, clock + length)
    return first < ranges.length && at(ranges, first) <= clock
  }

  /** How many clients have deletes. */
  get clients(): number {
    return this.#rangesByClient.size
  }

  /** Per client, flat (from, to) pairs in order; `to` exclusive. */
  ranges(): Iterable<[number, readonly number[]]> {
    return this.#rangesByClient
  }

  /** (client, clock, length) triples, flat. */
  triples(): number[] {
    const triples: number[] = []
    for (const [client, ranges] of this.#rangesByClient) {
      for (let index = 0; index < ranges.length; index += 2) {
        triples.push(client, at(ranges, index), at(ranges, index + 1) - at(ranges, index))
      }
    }
    return triples
  }
}

/** Visits (client, clock, length) triples. */
export function forEachDelete(
  triples: readonly number[],
  visit: (client: number, clock: number, length: number) => void,
): void {
  for (let index = 0; index < triples.length; index += 3) {
    visit(triples[index] as number, triples[index + 1] as number, triples[index + 2] as number)
  }
}

/** Index of the first pair whose end is at or after `clock`. */
function firstEndingAtOrAfter(ranges: readonly number[], clock: number): number {
  let low = 0
  let high = ranges.length / 2
  while (low < high) {
    const middle = (low + high) >> 1
    if (at(ranges, middle * 2 + 1) < clock) low = middle + 1
    else high = middle
  }
  return low * 2
}

function at(ranges: readonly number[], index: number): number {
  return ranges[index] as number
}
