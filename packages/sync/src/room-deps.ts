/** What a room is given, and what it tells its keeper. */
import type { Actor, DocumentId } from '@weft/protocol'
import type { Bus, Deflate, Folder, Reporter, Timers, UpdateLog } from './ports.ts'

export interface RoomDeps {
  readonly log: UpdateLog
  readonly bus: Bus
  readonly folder: Folder
  /** Left out: nothing is compressed. */
  readonly deflate?: Deflate
  readonly timers: Timers
  readonly reporter: Reporter
  /** Left out: as in limits.ts. */
  readonly caps?: RoomCaps
  /** Hears of every connection that enters or leaves a room. */
  readonly people?: People
}

/** Who is in which document, one call for each connection. */
export interface People {
  entered(document: DocumentId, actor: Actor): void
  left(document: DocumentId, actor: Actor): void
}

/** How large documents, and all open rooms together, may be. */
export interface RoomCaps {
  /** UTF-16 units of text documents. */
  readonly textLength: number
  readonly stateBytes: number
  readonly roomBytes: number
}

export interface RoomEvents {
  /** Nobody is here and everything taken is durable. Told each time this becomes so. */
  onQuiet(): void
  /** The room is of no use any more: its document is gone, or a turn failed in a way that is not the storage's. */
  onEnd(): void
}
