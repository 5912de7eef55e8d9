/** The bounds that an operator may change: each is a setting, and its default is in the protocol's limits. */
import { limits } from '@weft/protocol'

export interface Bounds {
  /** WebSockets in all, of one address, of one actor, of one document. */
  readonly connections: number
  readonly connectionsPerAddress: number
  readonly connectionsPerActor: number
  readonly connectionsPerDocument: number
  /** Of one actor; 0: as many as they like. An address may do {@link limits.actorsPerAddress} times as much. */
  readonly writesPerMinute: number
  readonly createsPerHour: number
  /** UTF-16 units of a document's text. */
  readonly textLength: number
  /** Bytes of a document's state. */
  readonly stateBytes: number
  /** Bytes of all open rooms. */
  readonly roomBytes: number
  /** How long documents are in the trash; 0: for ever. */
  readonly trashDays: number
  /** Bytes of one attachment; of one file or archive to import. */
  readonly attachmentBytes: number
  readonly importBytes: number
}

export const defaultBounds: Bounds = {
  connections: limits.connections,
  connectionsPerAddress: limits.connectionsPerAddress,
  connectionsPerActor: limits.connectionsPerActor,
  connectionsPerDocument: limits.connectionsPerDocument,
  writesPerMinute: limits.writesPerMinute,
  createsPerHour: limits.createsPerHour,
  textLength: limits.textLength,
  stateBytes: limits.stateBytes,
  roomBytes: limits.roomBytes,
  trashDays: limits.trashDays,
  attachmentBytes: limits.attachmentBytes,
  importBytes: limits.importBytes,
}
