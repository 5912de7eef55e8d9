/**
 * All that a room needs of the world. READ FIRST.
 *
 * A port belongs to the code that needs it: adapters (a database, a socket, a clock) live in the apps and point
 * here. Each port has one contract suite in test/contract/ that every adapter passes.
 */
import type { Actor, ActorId, CloseReason, DocumentId, DocumentKind } from '@weft/protocol'
import type { Base } from './base.ts'

/**
 * Place of an entry in a document's log: 1, 2, 3, … without gaps, so that a reader sees a loss by arithmetic.
 * 0 is the empty log. People know it as the document's revision.
 */
export type LogPosition = number

/** The durable record of a document: a log of Yjs updates (v1), folded into snapshots now and then. */
export interface UpdateLog {
  /**
   * Everything after `after`, oldest first. When entries after it were folded, the snapshot that replaced them
   * comes first. Rejects with {@link DocumentGone}, or {@link DocumentDamaged} when a checksum does not match.
   */
  read(document: DocumentId, after: LogPosition): Promise<LogSlice>
  /**
   * Adds entries in order, all or none; resolves with the position of the last. When it resolves, no crash loses
   * them. Rejects with {@link DocumentGone} (deleted, in the trash, or never there: checked in the same
   * statement as the write), or {@link StorageFailure} when nothing was stored or that is unknown.
   */
  append(document: DocumentId, entries: readonly LogEntry[]): Promise<LogPosition>
  /**
   * Replaces the entries up to `upTo`, all of which `snapshot` holds. Idempotent; later entries stay. Rejects with
   * {@link DocumentGone} or {@link StorageFailure}, and with RangeError if the log ends before `upTo`.
   */
  fold(document: DocumentId, snapshot: FoldedLog, upTo: LogPosition): Promise<void>
}

export interface LogEntry {
  readonly update: Uint8Array
  readonly actor: ActorId
  /** Milliseconds since 1970. */
  readonly at: number
}

/** Client ids of Yjs, and whose they are: see owners.ts. */
export type ClientOwners = ReadonlyMap<number, ActorId>

/** What stands for entries that were folded. */
export interface FoldedLog {
  readonly update: Uint8Array
  /** See base.ts. Without one the update is scanned when it is opened. */
  readonly index?: Uint8Array | null
  readonly owners: ClientOwners
}

export interface LogSlice {
  readonly updates: readonly Uint8Array[]
  /** Who wrote each update; `null` for the snapshot. */
  readonly actors: readonly (ActorId | null)[]
  /** The snapshot's, as it was given; `null`: it has none, or there is no snapshot. */
  readonly index: Uint8Array | null
  /** Those of the snapshot. */
  readonly owners: ClientOwners
  /** Position of the last entry; 0 for an empty document. */
  readonly head: LogPosition
  /** See the document resource: clients that hold another lineage must start over. */
  readonly lineage: string
  /** Decides what an update may hold: see scan.ts. */
  readonly kind: DocumentKind
}

/** The document is deleted, in the trash, or was never there. */
export class DocumentGone extends Error {
  override name = 'DocumentGone'
}

/** What is stored of the document fails its checksum. It is served to nobody rather than in part. */
export class DocumentDamaged extends Error {
  override name = 'DocumentDamaged'
}

/** The storage did not do what it was asked. `full`: for want of space. */
export class StorageFailure extends Error {
  override name = 'StorageFailure'
  readonly full: boolean
  constructor(message: string, options: { readonly full: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause })
    this.full = options.full
  }
}

/**
 * Quick word to the other nodes that hold the same document. It may lose, repeat or reorder messages: the log is
 * the truth, the bus only makes it quick.
 */
export interface Bus {
  /** Resolves once messages from other nodes will arrive. */
  subscribe(document: DocumentId, subscriber: BusSubscriber): Promise<Unsubscribe>
  /** Reaches the other nodes, never this one. */
  publish(document: DocumentId, message: BusMessage): void
}

export interface BusSubscriber {
  onMessage(message: BusMessage): void
  /** Messages may have been lost since the last one. */
  onLapse(): void
}

export type BusMessage =
  /** `update` is durable and ends at `position`, holding `entries` entries. Never published before it is. */
  | {
      readonly type: 'update'
      readonly position: LogPosition
      readonly entries: number
      readonly update: Uint8Array
    }
  /** The log reaches `position`: read it if you are behind. Sent after a lapse. */
  | { readonly type: 'head'; readonly position: LogPosition }
  | { readonly type: 'presence'; readonly states: Uint8Array }
  /** The document went to the trash. */
  | { readonly type: 'gone' }

export type Unsubscribe = () => void

/** One connected client, as the room sees it. Frames come ready for the socket, WebSocket header included. */
export interface Peer {
  readonly access: 'read' | 'write'
  readonly actor: Actor
  /** The client asked for receipts (`?receipts=1`) and understands Weft's own messages. */
  readonly receipts: boolean
  /** It takes frames compressed by permessage-deflate, each by itself. */
  readonly inflates: boolean
  /** Bytes accepted by `send` that the network has not taken yet. */
  readonly queuedBytes: number
  /** Bytes that the network has taken so far, also of a frame of which it has not taken all. */
  readonly takenBytes: number
  /** Queues one or more frames. The caller never changes them afterwards: the same bytes go to many peers. */
  send(frames: Uint8Array): void
  /** Stops or resumes reading from this client, so that its bytes wait in its own network stack. */
  setReading(reading: boolean): void
  close(reason: CloseReason): void
}

/** Makes one update of many through a real Y.Doc, which drops deleted content. Slow, so never in this thread. */
export interface Folder {
  /** Rejects when Yjs does not accept the updates or they leave a hole. */
  fold(updates: readonly Uint8Array[]): Promise<Base>
}

/**
 * Raw DEFLATE of a whole, flushed, so that it ends with an empty block: 00 00 FF FF. Takes long for a large document,
 * so never in this thread.
 */
export type Deflate = (bytes: Uint8Array) => Promise<Uint8Array>

export interface Timers {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `task` once after `ms`. Returns its cancel function. */
  after(ms: number, task: () => void): () => void
}

/** What a room tells the operator. One line each; never document text. */
export interface Reporter {
  warn(event: string, facts: Readonly<Record<string, string | number | boolean>>): void
}
