/** Which clocks are deleted: per client, ranges that neither touch nor overlap, in order. */
import * as encoding from 'lib0/encoding'
import { UpdateReader } from './update-reader.ts'

/** Flat (from, to) pairs, `to` exclusive. */
type Ranges = number[]

export class DeleteSet {
  readonly #rangesByClient: Map<number, Ranges>

  constructor(rangesByClient: ReadonlyMap<number, Ranges> = new Map()) {
    this.#rangesByClient = new Map(rangesByClient)
  }

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

  /** Of a client that has deletes: its ranges. */
  rangesOf(client: number): readonly number[] | undefined {
    return this.#rangesByClient.get(client)
  }

  get isEmpty(): boolean {
    return this.#rangesByClient.size === 0
  }

  get clients(): ReadonlySet<number> {
    return new Set(this.#rangesByClient.keys())
  }

  /** How many clocks are deleted. */
  get clocks(): number {
    let total = 0
    for (const ranges of this.#rangesByClient.values()) {
      for (let index = 0; index < ranges.length; index += 2)
        total += at(ranges, index + 1) - at(ranges, index)
    }
    return total
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

export function deleteSetOf(triples: readonly number[]): DeleteSet {
  const set = new DeleteSet()
  forEachDelete(triples, (client, clock, length) => set.add(client, clock, length))
  return set
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

/** As an update ends: in order, each client once and each clock once; a reader that must keep some for later loses others. */
export function writeDeletes(set: DeleteSet): Uint8Array {
  const encoder = encoding.createEncoder()
  const { clients } = set
  encoding.writeVarUint(encoder, clients.size)
  for (const client of clients) writeRanges(encoder, client, set.rangesOf(client) ?? [])
  return encoding.toUint8Array(encoder)
}

/** `bytes` are the scanned end of an update. */
export function readDeletes(bytes: Uint8Array): DeleteSet {
  const reader = new UpdateReader(bytes)
  const rangesByClient = new Map<number, Ranges>()
  for (let left = reader.number(); left > 0; left--) {
    const client = reader.number()
    rangesByClient.set(client, readRanges(reader, reader.number()))
  }
  return new DeleteSet(rangesByClient)
}

/** The deletes in `bytes` and `added` together; where nothing is added, the bytes as they are. */
export function withDeletes(bytes: Uint8Array, added: DeleteSet): Uint8Array {
  const rest = new Set(added.clients)
  if (rest.size === 0) return bytes
  const reader = new UpdateReader(bytes)
  const blocks = encoding.createEncoder()
  let clients = reader.number()
  for (let left = clients; left > 0; left--) {
    const from = reader.position
    const client = reader.number()
    const more = added.rangesOf(client)
    if (more === undefined) {
      readPairs(reader, reader.number(), Number.POSITIVE_INFINITY)
      encoding.writeUint8Array(blocks, bytes.subarray(from, reader.position))
    } else {
      encoding.writeVarUint(blocks, client)
      writeUnion(blocks, reader, more)
      rest.delete(client)
    }
  }
  for (const client of rest) writeRanges(blocks, client, added.rangesOf(client) ?? [])
  clients += rest.size
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, clients)
  encoding.writeUint8Array(encoder, encoding.toUint8Array(blocks))
  return encoding.toUint8Array(encoder)
}

/** What nothing is added to is copied as it is. */
function writeUnion(encoder: encoding.Encoder, reader: UpdateReader, added: readonly number[]): void {
  let left = reader.number()
  let written = 0
  const body = encoding.createEncoder()
  const copyUpTo = (clock: number) => {
    const start = reader.position
    const copied = readPairs(reader, left, clock)
    encoding.writeUint8Array(body, reader.bytes.subarray(start, reader.position))
    left -= copied
    written += copied
  }
  for (let next = 0; next < added.length; ) {
    let from = at(added, next)
    let to = from
    copyUpTo(from)
    // Both are in order: what touches the range lengthens it, until neither has more that does.
    for (;;) {
      if (next < added.length && at(added, next) <= to) {
        to = Math.max(to, at(added, next + 1))
        next += 2
      } else if (left > 0) {
        const { position } = reader
        const clock = reader.number()
        if (clock > to) {
          reader.position = position
          break
        }
        from = Math.min(from, clock)
        to = Math.max(to, clock + reader.number())
        left--
      } else break
    }
    writePairs(body, [from, to])
    written++
  }
  copyUpTo(Number.POSITIVE_INFINITY)
  encoding.writeVarUint(encoder, written)
  encoding.writeUint8Array(encoder, encoding.toUint8Array(body))
}

/**
 * Reads ranges that end before `clock`, `count` of them at most, and returns how many. One flat loop: a document may
 * have thousands, and is opened by code that nobody has run yet.
 */
function readPairs(reader: UpdateReader, count: number, clock: number): number {
  const { bytes } = reader
  let at = reader.position
  for (let read = 0; read < count; read++) {
    const from = at
    let end = 0
    for (let numbers = 0; numbers < 2; numbers++) {
      let scale = 1
      for (; (bytes[at] as number) > 127; scale *= 128) end += ((bytes[at++] as number) & 127) * scale
      end += (bytes[at++] as number) * scale
    }
    if (end >= clock) {
      reader.position = from
      return read
    }
  }
  reader.position = at
  return count
}

function readRanges(reader: UpdateReader, count: number): Ranges {
  const ranges: Ranges = []
  for (let left = count; left > 0; left--) {
    const clock = reader.number()
    const to = clock + reader.number()
    // Yjs may write two that touch.
    if (ranges.length > 0 && at(ranges, ranges.length - 1) === clock) ranges[ranges.length - 1] = to
    else ranges.push(clock, to)
  }
  return ranges
}

function writeRanges(encoder: encoding.Encoder, client: number, ranges: readonly number[]): void {
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, ranges.length / 2)
  writePairs(encoder, ranges)
}

function writePairs(encoder: encoding.Encoder, ranges: readonly number[]): void {
  for (let index = 0; index < ranges.length; index += 2) {
    encoding.writeVarUint(encoder, at(ranges, index))
    encoding.writeVarUint(encoder, at(ranges, index + 1) - at(ranges, index))
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
