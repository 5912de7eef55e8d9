/** What one database gives the server for finding documents again: folders, tags, and what actors marked. */
import type { ActorId, DocumentId, FolderId } from '@weft/protocol'

/** Folders are a tree. Its bounds are in the protocol's limits, and checked in the transaction that would break them. */
export interface FolderStore {
  /** All of them, by name. */
  list(): Promise<readonly FolderRecord[]>
  /** `null` if there is none. */
  get(id: FolderId): Promise<FolderRecord | null>
  create(draft: FolderRecord): Promise<FolderRecord | FolderRefusal>
  /** Renames and moves, with all that is in it. `null` if there is none. */
  change(id: FolderId, changes: FolderChanges): Promise<FolderRecord | FolderRefusal | null>
  /** Removes one that holds no folder, and no document outside the trash. Not there: no change. */
  remove(id: FolderId): Promise<FolderRefusal | null>
}

export interface FolderRecord {
  readonly id: FolderId
  readonly name: string
  /** `null`: at the top. */
  readonly parent: FolderId | null
  readonly createdBy: ActorId
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

export interface FolderChanges {
  readonly name?: string
  readonly parent?: FolderId | null
}

/**
 * `exists`: another has the name in the same place; `no-parent`: there is no such parent; `inside-itself`: it cannot
 * be its own ancestor; `too-deep`, `too-many`: a limit; `not-empty`: something is in it.
 */
export interface FolderRefusal {
  readonly refused: 'exists' | 'no-parent' | 'inside-itself' | 'too-deep' | 'too-many' | 'not-empty'
}

/** What each actor has marked, and had open. */
export interface ActorMarks {
  /** Again: no change. Rejects with {@link LimitReached}. A document that is not there gets none. */
  star(actor: ActorId, document: DocumentId, at: number): Promise<void>
  unstar(actor: ActorId, document: DocumentId): Promise<void>
  /** Those of them that the actor has starred, in any order. */
  starred(actor: ActorId, documents: readonly DocumentId[]): Promise<readonly DocumentId[]>
  /** The latest of each actor and document counts. Only so many of an actor are kept, the latest. */
  noteOpenings(openings: readonly Opening[]): Promise<void>
  /** The latest first. Also of documents that are in the trash. */
  openings(actor: ActorId): Promise<readonly Opening[]>
  /** Those before `before`, of everybody. */
  forgetOpenings(before: number): Promise<void>
}

export interface Opening {
  readonly actor: ActorId
  readonly document: DocumentId
  readonly at: number
}

export interface TagCount {
  readonly tag: string
  /** Outside the trash. */
  readonly documents: number
}

export interface TagQuery {
  /** How they begin; empty: anyhow. */
  readonly prefix: string
  readonly limit: number
}

/** A bound of the protocol is reached; the message says which. Nothing was stored. */
export class LimitReached extends Error {
  override name = 'LimitReached'
}

/** A document was to be put into a folder that is not there. Nothing was stored. */
export class FolderMissing extends Error {
  override name = 'FolderMissing'
}

/** What an operator allows in all; 0: as much as there is room for. The trash counts. */
export interface Quotas {
  readonly documents: number
  readonly documentsPerActor: number
  /** What is stored, whatever it is; the files may be larger. */
  readonly bytes: number
}

export const noQuotas: Quotas = { documents: 0, documentsPerActor: 0, bytes: 0 }

/** One of the {@link Quotas} is reached; the message says which. Nothing was stored. */
export class QuotaReached extends Error {
  override name = 'QuotaReached'
}
