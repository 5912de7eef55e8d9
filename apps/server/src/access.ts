/** One place decides who is asking and what they may do. Guests only, so far. */
import type { Actor, Role } from '@weft/protocol'
import type { DocumentRecord } from './storage/storage.ts'

/** What a request says of itself, over HTTP or at a WebSocket upgrade. */
export interface Asker {
  readonly host: string | undefined
  /** Browsers send it with every WebSocket and every change; programs do not. */
  readonly origin: string | undefined
  readonly cookie: string | undefined
}

export interface Access {
  /** Refuses foreign hosts and origins, else says who it is. A cookie counts for nothing without its origin where browsers send one. */
  admit(asker: Asker): { readonly actor: Actor } | { readonly refused: 'foreign-origin' | 'wrong-host' }
  /** `null`: as if the document were not there. */
  roleOf(actor: Actor, document: DocumentRecord): Role | null
}
