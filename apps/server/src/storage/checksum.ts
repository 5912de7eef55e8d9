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
  snapshot: Uint8Array,
  owners: string,
): number {
  return crc32(snapshot, crc32(`snapshot ${document} ${position} ${at} ${owners} `))
}
