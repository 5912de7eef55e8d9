/**
 * Makes one update of many by laying the sections of each client end to end. Cheap because scanning has found
 * them already, and because what a room holds has no holes: `Y.mergeUpdates` costs ten times as much and grows
 * faster than its input.
 */
import { deleteSetOf, writeDeletes } from './delete-set.ts'
import type { SectionBytes } from './scan.ts'
import { numberLength, writeNumber } from './var-number.ts'

export interface UpdateParts {
  readonly sections: readonly SectionBytes[]
  /** (client, clock, length) triples, flat. */
  readonly deletes: readonly number[]
}

interface Piece extends UpdateParts {
  readonly bytes: Uint8Array
}

/** The structs of one client from several updates. */
export interface JoinedSection extends Omit<SectionBytes, 'bytes'> {
  readonly chunks: readonly Uint8Array[]
  /** Of all chunks. */
  readonly byteLength: number
}

export const emptyUpdate: Uint8Array = Uint8Array.of(0, 0)

/** In the order in which the room took them: each section starts where the ones before it end. */
export function merge(updates: readonly Piece[]): Uint8Array {
  const [only] = updates
  return only !== undefined && updates.length === 1 ? only.bytes : assemble(partsOf(updates))
}

/** Throws RangeError if a client's sections do not follow each other: a reader would lose what is between. */
export function assemble(parts: UpdateParts): Uint8Array {
  return laidOut(joined(parts.sections), writeDeletes(deleteSetOf(parts.deletes)))
}

/** One for each client, as Yjs writes them: higher ids first, and it reads quicker what it would have written. */
export function joined(sections: readonly SectionBytes[]): JoinedSection[] {
  const byClient = Map.groupBy(sections, (section) => section.client)
  return [...byClient].sort(([a], [b]) => b - a).map(([client, sections]) => join(client, sections))
}

/** One update. `head`: what goes before one of that length, in the same bytes. */
export function laidOut(
  clients: readonly JoinedSection[],
  deletes: Uint8Array,
  head: (updateLength: number) => Uint8Array = () => none,
): Uint8Array {
  let length = numberLength(clients.length) + deletes.length
  for (const { structs, client, clock, byteLength } of clients)
    length += numberLength(structs) + numberLength(client) + numberLength(clock) + byteLength
  const before = head(length)
  const bytes = new Uint8Array(before.length + length)
  bytes.set(before)
  let at = writeNumber(bytes, before.length, clients.length)
  for (const { structs, client, clock, chunks } of clients) {
    at = writeNumber(bytes, writeNumber(bytes, writeNumber(bytes, at, structs), client), clock)
    for (const chunk of chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
  }
  bytes.set(deletes, at)
  return bytes
}

const none = new Uint8Array(0)

function join(client: number, sections: readonly SectionBytes[]): JoinedSection {
  const clock = sections[0]?.clock ?? 0
  let end = clock
  let structs = 0
  let byteLength = 0
  for (const section of sections) {
    if (section.clock !== end)
      throw new RangeError(`client ${client}: section at ${section.clock} after one that ends at ${end}`)
    end += section.length
    structs += section.structs
    byteLength += section.bytes.length
  }
  const chunks = sections.map(({ bytes }) => bytes)
  return { client, clock, length: end - clock, structs, chunks, byteLength }
}

function partsOf(updates: readonly UpdateParts[]): UpdateParts {
  return {
    sections: updates.flatMap((update) => update.sections),
    deletes: updates.flatMap((update) => update.deletes),
  }
}
