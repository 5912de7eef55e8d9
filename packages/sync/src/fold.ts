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

/** A tail up to this size costs a reader nothing worth the work. */
const smallTailBytes = 64 * 1024

export class Fold {
  readonly #document: DocumentId
  readonly #snapshot: Snapshot
  readonly #deps: FoldDeps
  #underWay: Promise<void> | null = null
  #worthAbove = smallTailBytes

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

  ifLarge(head: LogPosition): void {
    if (this.#underWay === null && this.#snapshot.tailBytes > this.#worthAbove) void this.now(head)
  }

  async #fold(head: LogPosition): Promise<void> {
    try {
      const pieces = this.#snapshot.beginFold()
      const owners = this.#deps.owners()
      const base = await this.#deps.folder.fold(pieces)
      await this.#deps.log.fold(this.#document, { update: base, owners }, head)
      this.#snapshot.endFold(base)
      this.#worthAbove = Math.max(smallTailBytes, base.length / 8)
    } catch (error) {
      this.#snapshot.endFold(null)
      // Not again at once: what failed with this much fails with a little more.
      this.#worthAbove = this.#snapshot.tailBytes * 2
      if (!(error instanceof DocumentGone)) this.#deps.onFailure(error)
    }
  }
}
