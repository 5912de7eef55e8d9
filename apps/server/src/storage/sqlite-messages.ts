/** What the main thread asks of the storage thread, and what comes back. */
import type { ActorId, DocumentId, DocumentKind, FolderId } from '@weft/protocol'
import type { LogEntry, LogPosition } from '@weft/sync'
import type { AttachmentAnswers, AttachmentRead, AttachmentWrite } from './attachment-messages.ts'
import type { StoredSnapshot } from './checksum.ts'
import type { EventPage, EventQuery } from './event-store.ts'
import type { ImportAnswers, ImportRead, ImportWrite } from './import-messages.ts'
import type {
  DocumentChanges,
  DocumentDraft,
  DocumentPage,
  DocumentQuery,
  DocumentRecord,
  FirstRequest,
  FolderChanges,
  FolderRecord,
  FolderRefusal,
  KeptAnswer,
  KeptRequest,
  Opening,
  Quotas,
  RepeatableRequest,
  TagCount,
  TagQuery,
} from './storage.ts'
import type { WebhookStore } from './webhook-store.ts'

export type Write =
  | { readonly type: 'append'; readonly document: DocumentId; readonly entries: readonly LogEntry[] }
  | FoldWrite
  | { readonly type: 'create'; readonly draft: DocumentDraft }
  | {
      readonly type: 'update'
      readonly id: DocumentId
      readonly changes: DocumentChanges
      readonly at: number
      readonly by: ActorId | null
    }
  | {
      readonly type: 'trash' | 'restore'
      readonly id: DocumentId
      readonly at: number
      readonly by: ActorId | null
    }
  | { readonly type: 'tell-changes'; readonly at: number }
  | WebhookQuestion<'create' | 'update' | 'remove' | 'enqueue' | 'add' | 'claim' | 'settle'>
  | { readonly type: 'note-request'; readonly request: FirstRequest; readonly note: string }
  | { readonly type: 'keep-answer'; readonly request: FirstRequest; readonly answer: KeptAnswer }
  | { readonly type: 'forget-answer'; readonly request: RepeatableRequest }
  | { readonly type: 'purge-answers'; readonly time: number; readonly most: number }
  | {
      readonly type: 'purge'
      readonly ids: readonly DocumentId[]
      readonly at: number
      readonly by: ActorId | null
    }
  | { readonly type: 'create-folder'; readonly draft: FolderRecord }
  | { readonly type: 'change-folder'; readonly id: FolderId; readonly changes: FolderChanges }
  | { readonly type: 'remove-folder'; readonly id: FolderId }
  | {
      readonly type: 'star'
      readonly actor: ActorId
      readonly document: DocumentId
      readonly at: number
    }
  | { readonly type: 'unstar'; readonly actor: ActorId; readonly document: DocumentId }
  | { readonly type: 'note-openings'; readonly openings: readonly Opening[] }
  | { readonly type: 'forget-openings'; readonly before: number }
  | { readonly type: 'probe'; readonly at: number }
  /** The thread asks itself: see sqlite-arrivals.ts. */
  | { readonly type: 'shorten-arrivals' | 'file-arrivals' | 'write-heads' }
  /** Also: see sqlite-folds.ts. */
  | {
      readonly type: 'add-piece'
      readonly pieces: string
      readonly number: number
      readonly bytes: Uint8Array
    }
  | { readonly type: 'drop-loose-pieces' }
  /** Also: see sqlite-purges.ts. */
  | { readonly type: 'go-on-purging' }
  | AttachmentWrite
  | ImportWrite

export interface FoldWrite {
  readonly type: 'fold'
  readonly document: DocumentId
  readonly snapshot: StoredSnapshot
  readonly upTo: LogPosition
  readonly at: number
  /** Those of the snapshot that are stored already: see sqlite-snapshots.ts. */
  readonly pieces: string | null
}

/** A method of the webhook store, and what it is called with. */
export type WebhookQuestion<Method extends keyof WebhookStore> = {
  readonly [M in Method]: {
    readonly type: `webhooks.${M}`
    readonly given: Readonly<Parameters<WebhookStore[M]>>
  }
}[Method]

type WebhookAnswers = {
  readonly [M in keyof WebhookStore as `webhooks.${M}`]: Awaited<ReturnType<WebhookStore[M]>>
}

export type Read =
  | { readonly type: 'read'; readonly document: DocumentId; readonly after: LogPosition }
  | { readonly type: 'read-at'; readonly document: DocumentId; readonly position: LogPosition }
  | { readonly type: 'position-at'; readonly document: DocumentId; readonly time: number }
  | { readonly type: 'entries'; readonly document: DocumentId; readonly after: LogPosition }
  | { readonly type: 'events'; readonly query: EventQuery }
  | WebhookQuestion<'get' | 'list' | 'nextDue' | 'delivery' | 'deliveries'>
  | { readonly type: 'get'; readonly id: DocumentId }
  | { readonly type: 'get-many'; readonly ids: readonly DocumentId[] }
  | { readonly type: 'list'; readonly query: DocumentQuery }
  | { readonly type: 'find-answer'; readonly request: RepeatableRequest }
  | { readonly type: 'trashed-before'; readonly before: number; readonly limit: number }
  | { readonly type: 'tags'; readonly query: TagQuery }
  | { readonly type: 'folders' }
  | { readonly type: 'folder'; readonly id: FolderId }
  | {
      readonly type: 'starred'
      readonly actor: ActorId
      readonly documents: readonly DocumentId[]
    }
  | { readonly type: 'openings'; readonly actor: ActorId }
  | AttachmentRead
  | ImportRead

/** `close`: the last question, answered when all others are. */
export type Question = Write | Read | { readonly type: 'close' }

/** The answer to each type of question. */
export interface Answers extends AttachmentAnswers, ImportAnswers, WebhookAnswers {
  readonly append: LogPosition
  readonly fold: null
  readonly create: DocumentRecord
  readonly update: DocumentRecord | null
  readonly trash: DocumentRecord | null
  readonly restore: DocumentRecord | null
  readonly 'tell-changes': { readonly told: number; readonly left: boolean }
  readonly purge: readonly DocumentId[]
  readonly 'go-on-purging': null
  readonly 'trashed-before': readonly DocumentId[]
  readonly probe: null
  readonly 'shorten-arrivals': null
  readonly 'file-arrivals': null
  readonly 'write-heads': null
  readonly 'add-piece': null
  readonly 'drop-loose-pieces': null
  readonly read: PackedSlice
  readonly 'read-at': PackedSlice
  readonly 'position-at': LogPosition
  readonly entries: PackedSlice & { readonly ats: readonly number[] }
  readonly events: EventPage
  readonly get: DocumentRecord | null
  readonly 'get-many': readonly DocumentRecord[]
  readonly list: DocumentPage
  readonly 'find-answer': KeptRequest | null
  readonly 'note-request': null
  readonly 'keep-answer': null
  readonly 'forget-answer': null
  readonly 'purge-answers': number
  readonly tags: readonly TagCount[]
  readonly folders: readonly FolderRecord[]
  readonly folder: FolderRecord | null
  readonly 'create-folder': FolderRecord | FolderRefusal
  readonly 'change-folder': FolderRecord | FolderRefusal | null
  readonly 'remove-folder': FolderRefusal | null
  readonly star: null
  readonly unstar: null
  readonly starred: readonly DocumentId[]
  readonly 'note-openings': null
  readonly 'forget-openings': null
  readonly openings: readonly Opening[]
  readonly close: null
}

/**
 * A LogSlice whose entries lie end to end in one buffer: moving it costs the same for one row and for 10,000. The
 * snapshot stays in the buffer into which SQLite read it.
 */
export interface PackedSlice {
  readonly snapshot: Uint8Array<ArrayBuffer> | null
  readonly index: Uint8Array | null
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly lengths: readonly number[]
  /** Who wrote each entry. */
  readonly actors: readonly ActorId[]
  /** See packed-owners.ts. */
  readonly owners: string
  readonly head: LogPosition
  readonly lineage: string
  readonly kind: DocumentKind
}

/** `refused`: the caller's mistake; `full`, `failed`: the storage's; the others as the ports name them. */
export type FailureReason =
  | 'gone'
  | 'exists'
  | 'missing'
  | 'damaged'
  | 'limit'
  | 'no-folder'
  | 'quota'
  | 'attachments-full'
  | 'refused'
  | 'full'
  | 'failed'

export interface Failure {
  readonly reason: FailureReason
  readonly message: string
}

export type Outcome<Value> = { readonly value: Value } | { readonly failure: Failure }

/** Appends as they cross to the thread: a few flat arrays cost a fraction of an object for each. */
export interface PackedAppends {
  /** Number of each question. */
  readonly numbers: readonly number[]
  /** Document of each question, and how many entries it has. */
  readonly documents: readonly DocumentId[]
  readonly counts: readonly number[]
  /** Of each entry, as are the next two. */
  readonly actors: readonly ActorId[]
  readonly ats: readonly number[]
  readonly lengths: readonly number[]
  /** The updates, end to end. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

export type ToThread = { readonly appends: PackedAppends } | Asked

export interface Asked<Q extends Question = Question> {
  readonly number: number
  readonly question: Q
}

export interface Answered {
  readonly number: number
  readonly outcome: Outcome<Answers[keyof Answers]>
}

/** The thread's own messages: first whether it opened, then answers, a group at a time. */
export type ThreadMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly failure: Failure }
  | {
      readonly type: 'answers'
      readonly answers: readonly Answered[]
      /** Numbers of appends that went well, and the position that each reached. */
      readonly appended: readonly number[]
      readonly positions: readonly LogPosition[]
    }
  /** From now on every write is refused. */
  | { readonly type: 'failed'; readonly failure: Failure }

export interface ThreadSettings {
  readonly file: string
  /** When it is opened, milliseconds since 1970. */
  readonly at: number
  readonly quotas: Quotas
}
