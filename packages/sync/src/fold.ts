/**
 * Makes one snapshot of a room's many pieces, through a real Y.Doc elsewhere, in memory and in the log. The room
 * goes on meanwhile.
 *
 * R5: a snapshot replaces only what it is made of: the pieces are what the log holds up to the head of the moment
 * in which they are taken, and what comes later stays apart until the fold has ended.
 */
import type { DocumentId } from '@weft/protocol'
import {
  type ClientOwners,
  DocumentGone,
  type Folder,
  type LogPosition,
  type Timers,
  type UpdateLog,
} from './ports.ts'
import type { Snapshot } from './snapshot.ts'

export interface FoldDeps {
  readonly log: UpdateLog
  readonly folder: Folder
  readonly timers: Timers
  /** The position that the snapshot holds now. */
  readonly head: () => LogPosition
  /** Those of the entries that the snapshot holds now, at least. */
  readonly owners: () => ClientOwners
  readonly onFailure: (error: unknown) => void
}

/** A tail beyond this size, or this share of the document, is folded at once: it would only grow. */
const heavyTailBytes = 64 * 1024
const heavyTailShare = 1 / 8
/**
 * Opening a document costs its reader some 20 µs for each entry of the tail. A longer tail is folded too, after a
 * rest: folding takes about 1 ms for each 4 kB of the document, and may take a fiftieth of a core.
 */
const longTailEntries = 128
const leastRestMs = 2_000
const restMsPerByte = 50 / 4_000

export class Fold {
  readonly #document: DocumentId
  readonly #snapshot: Snapshot
  readonly #deps: FoldDeps
  #underWay: Promise<void> | null = null
  #foldedUpTo: LogPosition = 0
  #restsUntil = Number.NEGATIVE_INFINITY
  #cancelRest: (() => void) | null = null
  #isClosed = false
  /** Size of the tail when folding failed: what failed with this much fails with a little more. */
  #failedBytes = 0

  constructor(document: DocumentId, snapshot: Snapshot, deps: FoldDeps) {
    this.#document = document
    this.#snapshot = snapshot
    this.#deps = deps
  }

  get isUnderWay(): boolean {
    return this.#underWay !== null
  }

  /** The log was read: its snapshot goes so far. */
  foldedUpTo(position: LogPosition): void {
    this.#foldedUpTo = position
  }

  /** Shares a fold that is under way. */
  now(): Promise<void> {
    this.#cancelRest?.()
    this.#cancelRest = null
    this.#underWay ??= this.#fold().finally(() => {
      this.#underWay = null
    })
    return this.#underWay
  }

  /** To be asked whenever the tail has grown. */
  ifLarge(): void {
    if (this.#underWay !== null || this.#isClosed) return
    const { foldedBytes, unfoldedBytes } = this.#snapshot
    if (unfoldedBytes <= 2 * this.#failedBytes) return
    const isHeavy = unfoldedBytes > Math.max(heavyTailBytes, foldedBytes * heavyTailShare)
    const isLong = this.#deps.head() - this.#foldedUpTo > longTailEntries
    const rest = this.#restsUntil - this.#deps.timers.now()
    if (isHeavy || (isLong && rest <= 0)) void this.now()
    else if (isLong)
      this.#cancelRest ??= this.#deps.timers.after(rest, () => {
        this.#cancelRest = null
        this.ifLarge()
      })
  }

  close(): void {
    this.#isClosed = true
    this.#cancelRest?.()
    this.#cancelRest = null
  }

  async #fold(): Promise<void> {
    try {
      const head = this.#deps.head()
      const pieces = this.#snapshot.beginFold()
      const owners = this.#deps.owners()
      const base = await this.#deps.folder.fold(pieces)
      await this.#deps.log.fold(this.#document, { update: base.bytes, index: base.index, owners }, head)
      this.#snapshot.endFold(base)
      this.#foldedUpTo = head
      this.#failedBytes = 0
    } catch (error) {
      this.#snapshot.endFold(null)
      this.#failedBytes = this.#snapshot.unfoldedBytes
      if (!(error instanceof DocumentGone)) this.#deps.onFailure(error)
    }
    const restMs = Math.max(leastRestMs, this.#snapshot.foldedBytes * restMsPerByte)
    this.#restsUntil = this.#deps.timers.now() + restMs
  }
}
