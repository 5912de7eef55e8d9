/**
 * What a document's history was folded into: one update, and beside it an index with which the update is opened
 * without looking at what is in it. That is what makes a long history open at once.
 *
 *     index := varUint(1) • varUint(clients) • clients × (varUint(clocks) • varUint(bytes of its structs)) • check
 *     check := 4 bytes, FNV-1a of what stands before them and of the update's length
 *
 * Rule: an index is made by scanning, kept under the same checksum as its update, and believed only if its check is
 * right and it agrees with the update's own numbers. One that does not is no index: the update is scanned.
 */
import type { DocumentKind } from '@weft/protocol'
import * as encoding from 'lib0/encoding'
import { MalformedUpdate } from './errors.ts'
import { type SectionBytes, scan } from './scan.ts'
import { UpdateReader } from './update-reader.ts'

export interface Base {
  readonly bytes: Uint8Array
  readonly index: Uint8Array
}

/** What an index leads to. */
export interface OpenedBase {
  readonly sections: readonly SectionBytes[]
  /** The deletes as they are in the update. */
  readonly deletes: Uint8Array
}

/** Another form of the index gets another number, and then all that have this one are made anew. */
const version = 1
const checkBytes = 4

/** Throws {@link MalformedUpdate} or UpdateGap for bytes that are no update. */
export function baseOf(bytes: Uint8Array, kind: DocumentKind): Base {
  const sections = scan(bytes, kind).sections.map(({ length, bytes }) => ({
    length,
    byteLength: bytes.length,
  }))
  return { bytes, index: indexOf(sections, bytes.length) }
}

/** A snapshot from the log. If its index is of no use the update is scanned: throws as {@link baseOf}. */
export function trustedBase(bytes: Uint8Array, index: Uint8Array | null, kind: DocumentKind): Base {
  if (index === null) return baseOf(bytes, kind)
  try {
    const base = { bytes, index }
    openBase(base)
    return base
  } catch (error) {
    if (!(error instanceof MalformedUpdate)) throw error
    return baseOf(bytes, kind)
  }
}

/** `sections`: in the order in which they stand in an update of that length. */
export function indexOf(
  sections: readonly { readonly length: number; readonly byteLength: number }[],
  updateLength: number,
): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, version)
  encoding.writeVarUint(encoder, sections.length)
  for (const { length, byteLength } of sections) {
    encoding.writeVarUint(encoder, length)
    encoding.writeVarUint(encoder, byteLength)
  }
  encoding.writeUint32(encoder, check(encoding.toUint8Array(encoder), updateLength))
  return encoding.toUint8Array(encoder)
}

/** Goes from section to section. Throws {@link MalformedUpdate} where index and update disagree. */
export function openBase({ bytes, index }: Base): OpenedBase {
  const lengths = new UpdateReader(checked(index, bytes.length))
  const update = new UpdateReader(bytes)
  if (lengths.number() !== version) throw new MalformedUpdate('an index of another form')
  const count = update.count()
  if (lengths.number() !== count) throw new MalformedUpdate('an index of other clients')
  const sections: SectionBytes[] = []
  const clients = new Set<number>()
  for (let left = count; left > 0; left--) {
    const structs = update.number()
    const client = update.number()
    const clock = update.number()
    const length = lengths.number()
    const from = update.position
    update.skip(lengths.number())
    // A whole document begins at the first clock of everybody; a struct takes a byte and a clock at least.
    const fits = structs > 0 && structs <= length && structs <= update.position - from
    if (clock !== 0 || !fits || clients.has(client)) throw new MalformedUpdate('an index of something else')
    clients.add(client)
    sections.push({ client, clock, length, structs, bytes: bytes.subarray(from, update.position) })
  }
  if (!lengths.done || update.done) throw new MalformedUpdate('an index of another length')
  return { sections, deletes: bytes.subarray(update.position) }
}

function checked(index: Uint8Array, updateLength: number): Uint8Array {
  if (index.length < checkBytes) throw new MalformedUpdate('an index that is cut off')
  const end = index.length - checkBytes
  const view = new DataView(index.buffer, index.byteOffset, index.length)
  const body = index.subarray(0, end)
  if (view.getUint32(end, true) !== check(body, updateLength))
    throw new MalformedUpdate('an index that was changed')
  return body
}

function check(body: Uint8Array, updateLength: number): number {
  let hash = 0x811c9dc5
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193)
  return Math.imul(hash ^ updateLength, 0x01000193) >>> 0
}
