/** What one database gives the server. The log's promises are in packages/sync/src/ports.ts. */
import type { ActorId, DocumentId, DocumentKind } from '@weft/protocol'
import type { LogEntry, LogPosition, LogSlice, StorageFailure, UpdateLog } from '@weft/sync'
import type { EventStore } from './event-store.ts'
import type { WebhookStore } from './webhook-store.ts'

export {
  type EventPage,
  type EventStore,
  type EventType,
  eventTypes,
  type StoredEvent,
} from './event-store.ts'

export type {
  Attempt,
  Claimed,
  DeliveryRecord,
  WebhookChanges,
  WebhookRecord,
  WebhookStore,
} from './webhook-store.ts'

export interface Storage {
  readonly documents: DocumentStore
  readonly updates: UpdateLog
  readonly history: DocumentHistory
  readonly events: EventStore
  readonly webhooks: WebhookStore
  /** Writes and commits a probe row. Rejects with StorageFailure when it cannot. */
  probe(): Promise<void>
  /**
   * Resolves when nothing is written any more before the storage is opened again, as after an I/O error. What was
   * acknowledged is there then; a process that goes on can only refuse.
   */
  readonly failed: Promise<StorageFailure>
  /** Finishes what was asked before, then closes. */
  close(): Promise<void>
}

/**
 * What documents are called and where they are: all that the API shows but their content. Every method may reject
 * with StorageFailure; of a write, it is then unknown whether it was stored.
 */
export interface DocumentStore {
  /** Rejects with {@link DocumentExists}. The document and its first entry are stored in one transaction. */
  create(draft: DocumentDraft): Promise<DocumentRecord>
  /** In the trash or not; `null` if there is none. */
  get(id: DocumentId): Promise<DocumentRecord | null>
  /** Those of them that there are, in any order. */
  getMany(ids: readonly DocumentId[]): Promise<readonly DocumentRecord[]>
  /** Newest change first. A document that changes while one pages may be seen twice or missed, others never. */
  list(query: DocumentQuery): Promise<DocumentPage>
  /** `null` if there is none outside the trash. `by`, here and below: whom the event names. */
  update(
    id: DocumentId,
    changes: DocumentChanges,
    at: number,
    by?: ActorId | null,
  ): Promise<DocumentRecord | null>
  /** Into the trash: from then on no update is appended. Again: no change. `null` if there is none. */
  trash(id: DocumentId, at: number, by?: ActorId | null): Promise<DocumentRecord | null>
  /** Out of the trash. Not in it: no change. `null` if there is none. */
  restore(id: DocumentId, at: number, by?: ActorId | null): Promise<DocumentRecord | null>
}

/**
 * What documents were: every entry, also those that were folded, as long as they are kept. Reads may reject with
 * DocumentGone, DocumentDamaged, StorageFailure, and {@link RevisionMissing}.
 */
export interface DocumentHistory {
  /** As `UpdateLog.read` from the start, at `position` instead of the end. Owners are not told. */
  read(document: DocumentId, position: LogPosition): Promise<LogSlice>
  /** The last position that was written at or before `time`; 0: before the first. */
  positionAt(document: DocumentId, time: number): Promise<LogPosition>
  /** Entries after `after` as they were written, folded or not, oldest first: some of them, one at least if there is any. */
  entries(document: DocumentId, after: LogPosition): Promise<Entries>
}

/** The first is the one after the position that was asked for. */
export interface Entries {
  readonly entries: readonly LogEntry[]
  /** Of the whole log. */
  readonly head: LogPosition
  readonly lineage: string
  readonly kind: DocumentKind
}

/** There is no such revision, not yet or not any more. */
export class RevisionMissing extends Error {
  override name = 'RevisionMissing'
}

export interface DocumentRecord {
  readonly id: DocumentId
  readonly title: string
  readonly kind: DocumentKind
  readonly language: string | null
  readonly revision: LogPosition
  readonly lineage: string
  readonly createdBy: ActorId
  /** Milliseconds since 1970, all three. */
  readonly createdAt: number
  /** Of the last entry of its log, or the last change of title or language. The trash does not count. */
  readonly updatedAt: number
  readonly trashedAt: number | null
}

export interface DocumentDraft {
  readonly id: DocumentId
  readonly title: string
  readonly kind: DocumentKind
  readonly language: string | null
  readonly lineage: string
  readonly createdBy: ActorId
  readonly createdAt: number
  /** The content it starts with; revision 1. */
  readonly first: LogEntry | null
}

export interface DocumentChanges {
  readonly title?: string
  readonly language?: string | null
}

export interface DocumentQuery {
  readonly trashed: boolean
  /** Part of the title, compared without case in any script. No character is special. `null`: any title. */
  readonly title: string | null
  readonly limit: number
  readonly after: PageMark | null
}

/** Where a page ended: (updatedAt, id) of its last document. */
export interface PageMark {
  readonly updatedAt: number
  readonly id: DocumentId
}

export interface DocumentPage {
  readonly documents: readonly DocumentRecord[]
  readonly next: PageMark | null
}

/** What is stored of one document, damaged or not. */
export interface Inspection {
  readonly id: DocumentId
  readonly title: string
  readonly kind: DocumentKind
  readonly head: LogPosition
  readonly isTrashed: boolean
  readonly snapshot: InspectedSnapshot | null
  readonly entries: readonly InspectedEntry[]
  /** One sentence each; none: all of it is as it was written. */
  readonly faults: readonly string[]
  /** The longest beginning without a fault. */
  readonly intact: { readonly updates: readonly Uint8Array[]; readonly upTo: LogPosition }
}

export interface InspectedSnapshot {
  readonly position: LogPosition
  readonly at: number
  readonly bytes: number
  readonly isIntact: boolean
}

export interface InspectedEntry extends InspectedSnapshot {
  readonly actor: ActorId
}

export class DocumentExists extends Error {
  override name = 'DocumentExists'
}
