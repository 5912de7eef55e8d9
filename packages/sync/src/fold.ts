/**
 * Makes one snapshot of a room's many pieces, through a real Y.Doc elsewhere, in memory and in the log. The room
 * goes on meanwhile.
 *
 * R5: a snapshot replaces only what it is made of: the pieces are what the log holds up to the head of the moment
 * in which they are taken, and what comes later stays apart until the fold has ended.
 */
import type { DocumentId } from '@weft/protocol'
import { type ClientOwners, DocumentGone, type Folder, type LogPosition, type UpdateLog } from './ports.ts'
import type { Snapshot } from './snapshot.ts'

export interface FoldDeps {
  readonly log: UpdateLog
  readonly folder: Folder
  /** Those of the entries that the snapshot holds now, at least. */
  readonly owners: () => ClientOwners
  readonly onFailure: (error: unknown) => void
}

/** Up to this size and so many entries, a tail costs who opens the document nothing worth the work. */
const smallTailBytes = 64 * 1024
const smallTailEntries = 512
/** A large document costs more to fold, so its tail may grow longer: an eighth of it, an entry for each of its kilobytes. */
const tailShare = 8
const bytesPerEntry = 1024

export class Fold {
  readonly #document: DocumentId
  readonly #snapshot: Snapshot
  readonly #deps: FoldDeps
  #underWay: Promise<void> | null = null
  /** What the last fold that failed was about; it is not tried again with as little. */
  #failed = { bytes: 0, entries: 0 }
  #foldedUpTo: LogPosition = 0

  constructor(document: DocumentId, snapshot: Snapshot, deps: FoldDeps) {
    this.#document = document
    this.#snapshot = snapshot
    this.#deps = deps
  }

  /** `head`: the position that the snapshot holds now. Shares a fold that is under way. */
  now(head: LogPosition): Promise<void> {
    this.#underWay ??= this.#fold(head).finally(() => {
      this.#underWay = null
    })
    return this.#underWay
  }

  /** The log's snapshot, as it was read. */
  foldedUpTo(position: LogPosition): void {
    this.#foldedUpTo = position
  }

  ifLarge(head: LogPosition): void {
    if (this.#underWay === null && this.#isLarge(head)) void this.now(head)
  }

  #isLarge(head: LogPosition): boolean {
    const { foldedBytes, unfoldedBytes } = this.#snapshot
    const entries = head - this.#foldedUpTo
    const isLong = entries > Math.max(smallTailEntries, foldedBytes / bytesPerEntry)
    const isHeavy = unfoldedBytes > Math.max(smallTailBytes, foldedBytes / tailShare)
    return (
      (isLong && entries > 2 * this.#failed.entries) || (isHeavy && unfoldedBytes > 2 * this.#failed.bytes)
    )
  }

  async #fold(head: LogPosition): Promise<void> {
    try {
      const pieces = this.#snapshot.beginFold()
      const owners = this.#deps.owners()
      const base = await this.#deps.folder.fold(pieces)
      await this.#deps.log.fold(this.#document, { update: base.bytes, index: base.index, owners }, head)
      this.#snapshot.endFold(base)
      this.#foldedUpTo = head
      this.#failed = { bytes: 0, entries: 0 }
    } catch (error) {
      this.#snapshot.endFold(null)
      // What failed with this much fails with a little more.
      this.#failed = { bytes: this.#snapshot.unfoldedBytes, entries: head - this.#foldedUpTo }
      if (!(error instanceof DocumentGone)) this.#deps.onFailure(error)
    }
  }
}
