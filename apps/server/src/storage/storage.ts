/** What one database gives the server. The log's promises are in packages/sync/src/ports.ts. */
import type { ActorId, DocumentId, DocumentKind, FolderId } from '@weft/protocol'
import type { LogEntry, LogPosition, LogSlice, StorageFailure, UpdateLog } from '@weft/sync'
import type { EventStore } from './event-store.ts'
import type { ActorMarks, FolderStore, TagCount, TagQuery } from './organising.ts'
import type { WebhookStore } from './webhook-store.ts'

export {
  type EventPage,
  type EventStore,
  type EventType,
  eventTypes,
  type StoredEvent,
} from './event-store.ts'
export {
  type ActorMarks,
  type FolderChanges,
  FolderMissing,
  type FolderRecord,
  type FolderRefusal,
  type FolderStore,
  LimitReached,
  noQuotas,
  type Opening,
  QuotaReached,
  type Quotas,
  type TagCount,
  type TagQuery,
} from './organising.ts'
export type {
  Attempt,
  Claimed,
  DeliveryRecord,
  WebhookChanges,
  WebhookRecord,
  WebhookStore,
} from './webhook-store.ts'

import type { AttachmentRecord, AttachmentStore } from './attachments.ts'
import type { ImportStore } from './imports.ts'

export {
  AttachmentDamaged,
  type AttachmentDraft,
  type AttachmentRecord,
  type AttachmentStore,
  AttachmentsFull,
  FileTooLarge,
  type FirstFile,
  type ReceivedFile,
} from './attachments.ts'
export type { ImportRecord, ImportReport, ImportStore } from './imports.ts'

export interface Storage {
  readonly documents: DocumentStore
  readonly updates: UpdateLog
  readonly history: DocumentHistory
  readonly events: EventStore
  readonly webhooks: WebhookStore
  readonly answers: AnswerStore
  readonly folders: FolderStore
  readonly marks: ActorMarks
  readonly attachments: AttachmentStore
  readonly imports: ImportStore
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
  /**
   * Rejects with {@link DocumentExists}, {@link FolderMissing}, {@link QuotaReached} or AttachmentsFull. The document,
   * its first entry and its first files are stored in one transaction.
   */
  create(draft: DocumentDraft): Promise<DocumentRecord>
  /** In the trash or not; `null` if there is none. */
  get(id: DocumentId): Promise<DocumentRecord | null>
  /** Those of them that there are, in any order. */
  getMany(ids: readonly DocumentId[]): Promise<readonly DocumentRecord[]>
  /**
   * A document that changes while one pages may be seen twice or missed, others never. A page may hold fewer than
   * asked for, even none, and yet have a next one: nobody else waits while all documents are looked through.
   */
  list(query: DocumentQuery): Promise<DocumentPage>
  /** The most used first. */
  tags(query: TagQuery): Promise<readonly TagCount[]>
  /**
   * `null` if there is none outside the trash. Rejects with {@link FolderMissing} or {@link LimitReached}. `by`, here
   * and below: whom the event names.
   */
  update(
    id: DocumentId,
    changes: DocumentChanges,
    at: number,
    by?: ActorId | null,
  ): Promise<DocumentRecord | null>
  /** Into the trash: from then on no update is appended. Again: no change. `null` if there is none. */
  trash(id: DocumentId, at: number, by?: ActorId | null): Promise<DocumentRecord | null>
  /** Out of the trash, into its folder if that is still there, and pinned as it was if there is room. Not in it: no change. `null` if there is none. */
  restore(id: DocumentId, at: number, by?: ActorId | null): Promise<DocumentRecord | null>
  /** So many that went to the trash before `before`. */
  trashedBefore(before: number, limit: number): Promise<readonly DocumentId[]>
  /**
   * Deletes those of them for good that are in the trash, and says which those were. Nothing of them is found any more;
   * their ids are not given again.
   */
  purge(ids: readonly DocumentId[], at: number, by?: ActorId | null): Promise<readonly DocumentId[]>
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

/**
 * What was answered to requests that may come again, by actor and key. Every method may reject with StorageFailure;
 * of a write, it is then unknown whether it was stored.
 */
export interface AnswerStore {
  /** `null` if there is none. */
  find(repeatable: RepeatableRequest): Promise<KeptRequest | null>
  /** What a repeat has to know of a request that is about to change something. Replaces what was kept before. */
  note(request: FirstRequest, note: string): Promise<void>
  /** Replaces what was kept before, but not its note. */
  keep(request: FirstRequest, answer: KeptAnswer): Promise<void>
  forget(repeatable: RepeatableRequest): Promise<void>
  /** Drops requests that came before `time`, the oldest first, at most so many. Resolves with how many. */
  purge(time: number, most: number): Promise<number>
}

export interface RepeatableRequest {
  readonly actor: ActorId
  readonly key: string
}

export interface FirstRequest extends RepeatableRequest {
  /** The same for the same request. */
  readonly fingerprint: string
  readonly at: number
}

export interface KeptRequest {
  readonly fingerprint: string
  readonly at: number
  readonly note: string | null
  /** `null`: it was under way when it was last heard of. */
  readonly answer: KeptAnswer | null
}

export interface KeptAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** `null`: too large to be kept, or of a document that has been deleted for good. */
  readonly body: Uint8Array | null
  /** What it tells of: when this is deleted for good, the body goes too. Not told when it is found. */
  readonly document?: string | null
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
  /** Of the last entry of its log, or the last change of title or language. Where it stands does not count. */
  readonly updatedAt: number
  readonly trashedAt: number | null
  /** Of one in the trash: where it was. */
  readonly folder: FolderId | null
  /** Normal, in order, each once. */
  readonly tags: readonly string[]
  readonly isPinned: boolean
  readonly isTemplate: boolean
}

export interface DocumentDraft {
  readonly id: DocumentId
  readonly title: string
  readonly kind: DocumentKind
  readonly language: string | null
  readonly lineage: string
  readonly createdBy: ActorId
  readonly createdAt: number
  readonly folder?: FolderId | null
  readonly tags?: readonly string[]
  readonly isTemplate?: boolean
  /** The content it starts with; revision 1. */
  readonly first: LogEntry | null
  /** The files that it starts with: see `AttachmentStore.addWith`. */
  readonly attachments?: readonly AttachmentRecord[]
}

export interface DocumentChanges {
  readonly title?: string
  readonly language?: string | null
  readonly folder?: FolderId | null
  readonly tags?: readonly string[]
  /** Taken from those that it has, then added to them. Rejects with {@link LimitReached} where they are too many. */
  readonly retag?: { readonly remove: readonly string[]; readonly add: readonly string[] }
  readonly isPinned?: boolean
  readonly isTemplate?: boolean
}

export type DocumentSort = 'updated' | 'created' | 'title'

/** What is left out may be anything. */
export interface DocumentQuery {
  readonly trashed: boolean
  /** Part of the title, compared without case in any script. No character is special. `null`: any title. */
  readonly title: string | null
  readonly folder?: FolderId | 'none'
  readonly tag?: string
  /** With or without the star of this actor. */
  readonly starred?: { readonly by: ActorId; readonly is: boolean }
  readonly isPinned?: boolean
  readonly isTemplate?: boolean
  readonly author?: ActorId
  readonly kind?: DocumentKind
  /** Left out: by time of change. */
  readonly sort?: DocumentSort
  /** Left out: titles ascending, times descending. */
  readonly order?: 'ascending' | 'descending'
  readonly limit: number
  readonly after: PageMark | null
}

/** Where a page ended: what it is sorted by (see document-order.ts), then the id. */
export interface PageMark {
  readonly key: number | string
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
