/**
 * One open document on this node: collect, commit, tell.
 *
 *     peers, programs ──▶ collect ──▶ commit (journal) ──▶ tell: one frame, the same bytes to all; receipts
 *
 * R1: nobody hears of an update before the log holds it, not even the others in the room: what anyone sees is on
 * disk. Whatever happens changes state and calls `#decide`, the one function that starts work; one piece of work
 * runs at a time, and `#busy` is released in the synchronous step that looks for more (R6).
 */

import type { Actor, DocumentId } from '@weft/protocol'
import { Audience } from './audience.ts'
import { subscribeEarly } from './early-messages.ts'
import { entriesOf } from './entries.ts'
import { Fold } from './fold.ts'
import { intact } from './intact.ts'
import { Intake } from './intake.ts'
import { Journal } from './journal.ts'
import type { Member } from './member.ts'
import { merge } from './merge.ts'
import { OpenDocument } from './open-document.ts'
import {
  type BusMessage,
  DocumentGone,
  type LogEntry,
  type LogPosition,
  type LogSlice,
  type Peer,
  type Unsubscribe,
} from './ports.ts'
import type { ProgramState } from './program-presence.ts'
import type { RoomDeps, RoomEvents } from './room-deps.ts'
import { scan } from './scan.ts'
import type { Turn } from './uncommitted.ts'
import { updateWindowMs } from './windows.ts'

export class Room {
  readonly lineage: string
  readonly #id: DocumentId
  readonly #deps: RoomDeps
  readonly #events: RoomEvents
  readonly #unsubscribe: Unsubscribe
  readonly #document: OpenDocument
  readonly #audience: Audience
  readonly #intake: Intake
  readonly #journal: Journal
  readonly #fold: Fold
  /** The log may hold more than the document. */
  #isBehind = false
  #busy = false
  #ended = false
  #turnStartedAt = Number.NEGATIVE_INFINITY
  #cancelWindow: (() => void) | null = null

  /** R3: subscribes, then reads: what is published in between makes the room look again. */
  static async open(id: DocumentId, deps: RoomDeps, events: RoomEvents): Promise<Room> {
    const early = await subscribeEarly(id, deps.bus)
    try {
      const slice = await deps.log.read(id, 0)
      const room = intact(() => new Room(id, deps, events, early.unsubscribe, slice))
      early.deliverTo((message) => room.#onBusMessage(message))
      return room
    } catch (error) {
      early.unsubscribe()
      throw error
    }
  }

  private constructor(
    id: DocumentId,
    deps: RoomDeps,
    events: RoomEvents,
    unsubscribe: Unsubscribe,
    slice: LogSlice,
  ) {
    this.lineage = slice.lineage
    this.#id = id
    this.#deps = deps
    this.#events = events
    this.#unsubscribe = unsubscribe
    const document = new OpenDocument(slice, deps.caps)
    this.#document = document
    this.#audience = new Audience(deps, document.snapshot, () => this.#busy)
    this.#intake = new Intake(document, {
      timers: deps.timers,
      audience: this.#audience,
      onTaken: () => this.#decide(),
      shrink: () => (this.hasTail && !this.#fold.isUnderWay ? this.fold() : null),
    })
    this.#journal = new Journal(id, deps, (reason) => this.#audience.tellTrouble(reason))
    this.#fold = new Fold(id, document.snapshot, {
      ...deps,
      head: () => document.head,
      owners: () => document.owners,
      onFailure: (error) => this.#warn('fold failed', error),
    })
    this.#fold.foldedUpTo(document.foldedUpTo)
  }

  get peers(): number {
    return this.#audience.size
  }

  get uncommittedBytes(): number {
    return this.#document.uncommitted.bytes
  }

  /** What it holds in memory, about. */
  get bytes(): number {
    return this.#document.memoryBytes
  }

  /** R8: the room may close, in this very step. */
  get isQuiet(): boolean {
    return this.#audience.size === 0 && !this.#busy && this.#document.uncommitted.isEmpty
  }

  get hasTail(): boolean {
    return this.#document.snapshot.unfoldedBytes > 0
  }

  enter(peer: Peer): Member {
    const member = this.#audience.enter(peer)
    this.#deps.people?.entered(this.#id, peer.actor)
    // A viewer is not asked: a client would answer with everything it has and may not write.
    if (peer.access === 'write') this.#audience.ask(member, this.#document.known)
    if (this.#journal.trouble !== null) this.#audience.tellTrouble(this.#journal.trouble, [member])
    return member
  }

  leave(member: Member): void {
    this.#intake.leave(member)
    if (!this.#audience.leave(member)) return
    this.#deps.people?.left(this.#id, member.peer.actor)
    this.#tellIfQuiet()
  }

  /** Throws MalformedMessage or MalformedUpdate for what no honest client sends: the caller closes the peer. */
  receive(member: Member, bytes: Uint8Array): void {
    if (!this.#ended) this.#intake.receive(member, bytes)
  }

  /** For programs: resolves when the update, and all that was taken before it, is durable. */
  async write(actor: Actor, bytes: Uint8Array): Promise<LogPosition> {
    if (this.#ended) throw new DocumentGone()
    this.#document.take(scan(bytes, this.#document.kind), actor.id)
    const durable = this.#document.uncommitted.nextTurn()
    this.#decide()
    return durable
  }

  /** Resolves when all that was taken before is durable. */
  async flush(): Promise<void> {
    const durable = this.#document.uncommitted.nextTurn()
    this.#decide()
    await durable
  }

  /** See {@link Audience.showProgram}. */
  showProgram(actor: Actor, state: ProgramState): void {
    this.#audience.showProgram(actor, state)
  }

  /** The document went to the trash: sends its people away. */
  dismiss(): void {
    this.#audience.sendAway('not-found')
    this.#deps.bus.publish(this.#id, { type: 'gone' })
  }

  /** Makes one snapshot of all that is committed. */
  fold(): Promise<void> {
    return this.#fold.now()
  }

  close(): void {
    this.#ended = true
    this.#cancelWindow?.()
    this.#fold.close()
    this.#intake.close()
    this.#audience.close()
    this.#unsubscribe()
  }

  #decide(): void {
    if (this.#busy || this.#ended || this.#cancelWindow !== null) return
    if (this.#isBehind) return this.#work(() => this.#catchUp())
    if (this.#document.uncommitted.isEmpty && !this.#audience.isOwed) return
    const now = this.#deps.timers.now()
    const wait = this.#turnStartedAt + updateWindowMs(this.#audience.size) - now
    // A clock that was set back says nothing of when the last turn was.
    if (wait <= 0 || now < this.#turnStartedAt) return this.#work(() => this.#turn())
    this.#cancelWindow = this.#deps.timers.after(wait, () => {
      this.#cancelWindow = null
      this.#decide()
    })
  }

  #work(work: () => Promise<void>): void {
    this.#busy = true
    void work().then(
      () => this.#afterWork(),
      (error: unknown) => this.#end(error),
    )
  }

  #afterWork(): void {
    this.#busy = false
    this.#audience.reached(this.#document.head)
    this.#decide()
    this.#fold.ifLarge()
    this.#intake.retryIfRoom()
    this.#tellIfQuiet()
  }

  async #turn(): Promise<void> {
    this.#turnStartedAt = this.#deps.timers.now()
    const turn = this.#document.uncommitted.take()
    this.#audience.committing()
    try {
      const entries = entriesOf(turn, this.#document.snapshot.stateVector, this.#turnStartedAt)
      const position = entries.length === 0 ? this.#document.head : await this.#journal.append(entries)
      if (position === this.#document.head + entries.length) this.#tell(turn, entries, position)
      else await this.#tellWithOthers(position)
      this.#audience.committed(position)
      for (const waiting of turn.waiting) waiting.resolve(position)
    } catch (error) {
      for (const waiting of turn.waiting) waiting.reject(error)
      throw error
    } finally {
      this.#document.uncommitted.settled()
    }
    this.#audience.setReading(true)
  }

  #tell({ updates }: Turn, entries: readonly LogEntry[], position: LogPosition): void {
    const [only] = entries
    if (only === undefined) return
    const update = entries.length === 1 ? only.update : merge(updates)
    // Before the snapshot takes them: a reader that starts to lag at this frame has what the snapshot has.
    this.#audience.tell(update, this.#document.snapshot.stateVector)
    this.#document.committed(updates, position)
    this.#deps.bus.publish(this.#id, { type: 'update', position, entries: entries.length, update })
  }

  /** Entries of other nodes came in between: ours are told with them, in the log's order. */
  async #tellWithOthers(position: LogPosition): Promise<void> {
    await this.#catchUp()
    this.#deps.bus.publish(this.#id, { type: 'head', position })
  }

  /** The log is the truth: all that it has beyond the snapshot is read from it, and told. */
  async #catchUp(): Promise<void> {
    // Cleared before the work: what is heard during the read sets it again.
    this.#isBehind = false
    const slice = await this.#deps.log.read(this.#id, this.#document.head)
    const before = new Map(this.#document.snapshot.stateVector)
    const pieces = this.#document.follow(slice)
    if (pieces.length > 0) this.#audience.tell(merge(pieces), before)
  }

  #tellIfQuiet(): void {
    if (this.isQuiet && !this.#ended) this.#events.onQuiet()
  }

  #onBusMessage(message: BusMessage): void {
    switch (message.type) {
      case 'update':
      case 'head':
        if (message.position > this.#document.head) this.#isBehind = true
        return this.#decide()
      case 'gone':
        return this.#audience.sendAway('not-found')
      case 'presence':
        return
    }
  }

  /** What was taken and not committed is not kept here: clients hold it and send it to the room that comes next. */
  #end(error: unknown): void {
    this.#ended = true
    this.#busy = false
    const gone = error instanceof DocumentGone
    if (!gone) this.#warn('room ended', error)
    for (const waiting of this.#document.uncommitted.take().waiting) waiting.reject(error)
    this.#document.uncommitted.settled()
    this.#events.onEnd()
    this.#audience.sendAway(gone ? 'not-found' : 'internal-error')
  }

  #warn(event: string, error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#deps.reporter.warn(event, { document: this.#id, error: text })
  }
}
