import type { ActorId } from '@weft/protocol'
import type { ClientOwners, LogPosition } from '@weft/sync'
import type { DocumentRecord } from './storage.ts'

/** All that is kept of a document. */
export interface Held {
  record: DocumentRecord
  snapshot: (Stored & { readonly index: Uint8Array | null; readonly owners: ClientOwners }) | null
  /** Those after the snapshot. */
  entries: StoredEntry[]
  /** Those that were folded. */
  past: StoredEntry[]
}

export interface Stored {
  readonly position: LogPosition
  readonly bytes: Uint8Array
}

export interface StoredEntry extends Stored {
  readonly actor: ActorId
  readonly at: number
}
