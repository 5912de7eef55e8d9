/**
 * Files that belong to a document: a row says what each is, and a folder holds the bytes, once for equal ones. The
 * file is durable before its row is, and goes after it: a row never leads nowhere, whatever is cut off where.
 */
import type { ActorId, DocumentId } from '@weft/protocol'

export interface AttachmentStore {
  /** Takes bytes to the disk as they come. Rejects with {@link FileTooLarge}, StorageFailure, or what `bytes` throws. */
  receive(bytes: AsyncIterable<Uint8Array>, mostBytes: number): Promise<ReceivedFile>
  /** What is not going to be added. Never rejects. */
  discard(file: ReceivedFile): Promise<void>
  /**
   * Durable when it resolves. One file may be added to several documents. Rejects with DocumentGone (also for one in
   * the trash), {@link AttachmentsFull}, StorageFailure.
   */
  add(draft: AttachmentDraft, file: ReceivedFile): Promise<AttachmentRecord>
  /**
   * Makes a document together with its first files: `create` passes their records on to `DocumentStore.create`, so
   * that no crash leaves it without. A file that is not there any more has no record. Rejects as `create` does.
   */
  addWith<Made>(
    files: readonly FirstFile[],
    create: (records: readonly AttachmentRecord[]) => Promise<Made>,
  ): Promise<Made>
  get(id: string): Promise<AttachmentRecord | null>
  /** Oldest first. */
  list(document: DocumentId): Promise<readonly AttachmentRecord[]>
  /** For good. `false`: there is none. */
  remove(id: string): Promise<boolean>
  /** Rejects with {@link AttachmentDamaged}. */
  open(record: AttachmentRecord): Promise<OpenFile>
  /** Documents that have any, in order of id, after `after`. */
  documents(after: DocumentId | null, limit: number): Promise<readonly DocumentId[]>
  /** Remembers since when no text mentions them; `null`: one does. */
  mark(ids: readonly string[], unmentionedSince: number | null): Promise<void>
  /** Deletes files that belong to no attachment; what is being added meanwhile stays. Resolves with their number. */
  sweep(): Promise<number>
}

export interface ReceivedFile {
  /** SHA-256 of its bytes, in hex. */
  readonly digest: string
  readonly bytes: number
  /** Enough of its beginning to know what it is. */
  readonly head: Uint8Array
  /** Where it waits. */
  readonly path: string
}

/** `file`: one that was received, or another attachment's. */
export interface FirstFile {
  readonly draft: AttachmentDraft
  readonly file: ReceivedFile | AttachmentRecord
}

export interface AttachmentDraft {
  readonly id: string
  readonly document: DocumentId
  readonly name: string
  readonly type: string
  readonly createdBy: ActorId
  readonly createdAt: number
}

export interface AttachmentRecord extends AttachmentDraft {
  readonly bytes: number
  readonly digest: string
  readonly unmentionedSince: number | null
}

export interface OpenFile {
  /** From `start` to `end`, both included. The file is closed when the stream ends or is cancelled. */
  stream(start: number, end: number): ReadableStream<Uint8Array>
}

/** More bytes came than may. */
export class FileTooLarge extends Error {
  override name = 'FileTooLarge'
}

/** The document has as many attachments, or bytes of them, as one may have. */
export class AttachmentsFull extends Error {
  override name = 'AttachmentsFull'
}

/** The file is missing or has another length: the disk, or somebody in the data folder, lost it. */
export class AttachmentDamaged extends Error {
  override name = 'AttachmentDamaged'
}
