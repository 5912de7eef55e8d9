/**
 * Log entries that were folded, many in one: they are read together or not at all, repeat each other in their
 * bytes, and as rows of their own would take several times the space.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { LogEntry, LogPosition } from '@weft/sync'

export interface PlacedEntry extends LogEntry {
  readonly position: LogPosition
}

interface Head {
  readonly actors: readonly string[]
  /** Index of the actor; positions and milliseconds since the one before; bytes. */
  readonly entries: readonly (readonly [actor: number, steps: number, since: number, length: number])[]
}

const lengthBytes = 4
/** More is packed less tightly: commits wait meanwhile. */
const muchBytes = 256 * 1024

export function packEntries(entries: readonly PlacedEntry[]): Uint8Array<ArrayBuffer> {
  const actors = [...new Set(entries.map(({ actor }) => actor))]
  let before = { position: 0, at: 0 }
  const head: Head = {
    actors,
    entries: entries.map(({ actor, position, at, update }) => {
      const steps = position - before.position
      const since = at - before.at
      before = { position, at }
      return [actors.indexOf(actor), steps, since, update.length]
    }),
  }
  const headBytes = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32LE(headBytes.length)
  const bytes = Buffer.concat([length, headBytes, ...entries.map(({ update }) => update)])
  return new Uint8Array(deflateRawSync(bytes, { level: bytes.length > muchBytes ? 1 : 4 }))
}

/** Throws on bytes that are not ours; a checksum has said before that they are. */
export function unpackEntries(packed: Uint8Array): readonly PlacedEntry[] {
  const bytes = inflateRawSync(packed)
  let offset = lengthBytes + bytes.readUInt32LE(0)
  const head = JSON.parse(bytes.toString('utf8', lengthBytes, offset)) as Head
  let [position, at] = [0, 0]
  return head.entries.map(([actor, steps, since, length]) => {
    const start = offset
    offset += length
    position += steps
    at += since
    return { actor: head.actors[actor] ?? '', position, at, update: bytes.subarray(start, offset) }
  })
}
