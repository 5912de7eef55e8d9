/**
 * CRC-32 of what is stored, with the place where it belongs: bytes that rot, and rows that end up in another
 * place, both show. Yjs itself would apply more than half of all damaged updates as different content.
 */
import { crc32 } from 'node:zlib'
import type { DocumentId } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'

export function entryChecksum(document: DocumentId, position: LogPosition, entry: LogEntry): number {
  return crc32(entry.update, crc32(`entry ${document} ${position} ${entry.at} ${entry.actor} `))
}

export function snapshotChecksum(
  document: DocumentId,
  position: LogPosition,
  at: number,
  snapshot: StoredSnapshot,
): number {
  const { bytes, index, owners } = snapshot
  const place = `snapshot ${document} ${position} ${at} ${owners} ${index?.length ?? 'none'} `
  return crc32(bytes, crc32(index ?? '', crc32(place)))
}

export interface StoredSnapshot {
  readonly bytes: Uint8Array
  readonly index: Uint8Array | null
  /** See packed-owners.ts. */
  readonly owners: string
}

export function changesChecksum(
  document: DocumentId,
  of: {
    readonly first: LogPosition
    readonly last: LogPosition
    readonly since: number
    readonly until: number
  },
  packed: Uint8Array,
): number {
  return crc32(packed, crc32(`changes ${document} ${of.first} ${of.last} ${of.since} ${of.until} `))
}
