/**
 * Log entries that were folded, many in one: they are read together or not at all, repeat each other in their
 * bytes, and as rows of their own would take several times the space.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { LogEntry, LogPosition } from '@weft/sync'

interface Head {
  readonly actors: readonly string[]
  /** Index of the actor, milliseconds since the one before, bytes. */
  readonly entries: readonly (readonly [actor: number, since: number, length: number])[]
}

const lengthBytes = 4

export function packEntries(entries: readonly LogEntry[]): Uint8Array<ArrayBuffer> {
  const actors = [...new Set(entries.map(({ actor }) => actor))]
  let before = 0
  const head: Head = {
    actors,
    entries: entries.map(({ actor, at, update }) => {
      const since = at - before
      before = at
      return [actors.indexOf(actor), since, update.length]
    }),
  }
  const headBytes = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32LE(headBytes.length)
  return deflate(Buffer.concat([length, headBytes, ...entries.map(({ update }) => update)]))
}

/** Throws on bytes that are not ours; a checksum has said before that they are. */
export function unpackEntries(packed: Uint8Array): readonly LogEntry[] {
  const bytes = inflate(packed)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  let offset = lengthBytes + view.getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(lengthBytes, offset))) as Head
  let at = 0
  return head.entries.map(([actor, since, length]) => {
    const start = offset
    offset += length
    at += since
    return { actor: head.actors[actor] ?? '', at, update: bytes.subarray(start, offset) }
  })
}

export function deflate(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(deflateRawSync(bytes, { level: 4 }))
}

export function inflate(packed: Uint8Array): Uint8Array {
  return inflateRawSync(packed)
}

/** Entries with their places, the first at `first`. */
export function numbered(
  entries: readonly LogEntry[],
  first: LogPosition,
): readonly (LogEntry & { readonly position: LogPosition })[] {
  return entries.map((entry, index) => ({ ...entry, position: first + index }))
}
