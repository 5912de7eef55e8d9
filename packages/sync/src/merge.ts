/**
 * Makes one update of many by laying the sections of each client end to end. Cheap because scanning has found
 * them already, and because what a room holds has no holes: `Y.mergeUpdates` costs ten times as much and grows
 * faster than its input.
 */
import * as encoding from 'lib0/encoding'
import { DeleteSet, forEachDelete } from './delete-set.ts'
import type { SectionBytes } from './scan.ts'

export interface UpdateParts {
  readonly sections: readonly SectionBytes[]
  /** (client, clock, length) triples, flat. */
  readonly deletes: readonly number[]
}

export const emptyUpdate: Uint8Array = Uint8Array.of(0, 0)

/** In the order in which the room took them: each section starts where the ones before it end. */
export function merge(updates: readonly (UpdateParts & { readonly bytes: Uint8Array })[]): Uint8Array {
  const [only] = updates
  if (only !== undefined && updates.length === 1) return only.bytes
  return assemble({
    sections: updates.flatMap((update) => update.sections),
    deletes: updates.flatMap((update) => update.deletes),
  })
}

/** Throws RangeError if a client's sections do not follow each other: a reader would lose what is between. */
export function assemble(parts: UpdateParts): Uint8Array {
  const sectionsByClient = Map.groupBy(parts.sections, (section) => section.client)
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, sectionsByClient.size)
  // Yjs writes higher client ids first, and reads quicker what it would have written.
  for (const [client, sections] of [...sectionsByClient].sort(([a], [b]) => b - a)) {
    writeSections(encoder, client, sections)
  }
  writeDeletes(encoder, parts.deletes)
  return encoding.toUint8Array(encoder)
}

function writeSections(encoder: encoding.Encoder, client: number, sections: readonly SectionBytes[]): void {
  let structs = 0
  let end: number | null = null
  for (const section of sections) {
    if (end !== null && section.clock !== end) {
      throw new RangeError(`client ${client}: section at ${section.clock} after one that ends at ${end}`)
    }
    structs += section.structs
    end = section.clock + section.length
  }
  encoding.writeVarUint(encoder, structs)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, sections[0]?.clock ?? 0)
  for (const section of sections) encoding.writeUint8Array(encoder, section.bytes)
}

/** In order, each client once and each clock once: a reader that must keep them for later loses others. */
function writeDeletes(encoder: encoding.Encoder, deletes: readonly number[]): void {
  const set = new DeleteSet()
  forEachDelete(deletes, (client, clock, length) => set.add(client, clock, length))
  encoding.writeVarUint(encoder, set.clients)
  for (const [client, ranges] of set.ranges()) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, ranges.length / 2)
    for (let index = 0; index < ranges.length; index += 2) {
      const from = ranges[index] as number
      encoding.writeVarUint(encoder, from)
      encoding.writeVarUint(encoder, (ranges[index + 1] as number) - from)
    }
  }
}
