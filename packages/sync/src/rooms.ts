import type { Actor, DocumentId } from '@weft/protocol'
import type { Bus, Folder, LogPosition, Peer, Reporter, Timers, UpdateLog } from './ports.ts'

export interface RoomsDeps {
  readonly log: UpdateLog
  readonly bus: Bus
  readonly folder: Folder
  readonly timers: Timers
  readonly reporter: Reporter
}

/** A peer's place in a room. */
export interface Membership {
  /** One whole message from the client. The room copies what it keeps. Never throws. */
  receive(message: Uint8Array): void
  /** The network took what was queued for this peer. */
  drained(): void
  leave(): void
}

export interface RoomsStats {
  readonly rooms: number
  readonly peers: number
  /** Bytes of updates taken from clients and not yet durable. */
  readonly uncommittedBytes: number
}

/** At most one room per document on this node: opens, shares, closes them. */
export class Rooms {
  constructor(_deps: RoomsDeps) {}

  /**
   * Opens the document if need be and puts `peer` in: it is sent the first frames before this resolves. Rejects
   * with DocumentGone, DocumentDamaged or StorageFailure. `lineage`: what the client says it holds, if it says.
   * Another one rejects with LineageMismatch.
   */
  join(_document: DocumentId, _peer: Peer, _lineage: string | null): Promise<Membership> {
    throw new Error('not yet')
  }

  /**
   * Merges an update for a program, by the same way as a client's: resolves when it is durable, with the
   * document's position. Rejects with MalformedUpdate, UpdateGap, DocumentGone, DocumentDamaged or StorageFailure.
   */
  write(_document: DocumentId, _update: Uint8Array, _actor: Actor): Promise<LogPosition> {
    throw new Error('not yet')
  }

  /** The document went to the trash: sends its people away. */
  dismiss(_document: DocumentId): void {}

  stats(): RoomsStats {
    return { rooms: 0, peers: 0, uncommittedBytes: 0 }
  }

  /** For shutdown: resolves when everything taken is durable. Peers are closed with `restarting` by the caller or here. */
  closeAll(): Promise<void> {
    return Promise.resolve()
  }
}
