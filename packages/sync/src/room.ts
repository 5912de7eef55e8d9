/**
 * One open document on this node: collect, commit, tell.
 *
 *     peers, programs ──▶ collect ──▶ commit (journal) ──▶ tell: one frame, the same bytes to all; receipts
 *
 * R1: nobody hears of an update before the log holds it, not even the others in the room: what anyone sees is on
 * disk. Whatever happens changes state and calls `#decide`, the one function that starts work; one piece of work
 * runs at a time, and `#busy` is released in the synchronous step that looks for more (R6).
 */

import {
  type Actor,
  type ActorId,
  type DocumentId,
  type DocumentKind,
  decode,
  limits,
  MalformedMessage,
} from '@weft/protocol'
import { Audience } from './audience.ts'
import { openBase, trustedBase } from './base.ts'
import { Capacity } from './capacity.ts'
import { subscribeEarly } from './early-messages.ts'
import { DocumentFull, ForeignClient, UpdateGap } from './errors.ts'
import { Fold } from './fold.ts'
import { intact } from './intact.ts'
import { Journal } from './journal.ts'
import { Known } from './known.ts'
import type { Member } from './member.ts'
import { emptyUpdate, merge } from './merge.ts'
import { Owners } from './owners.ts'
import {
  type BusMessage,
  DocumentGone,
  type LogEntry,
  type LogPosition,
  type LogSlice,
  type Peer,
  type Unsubscribe,
} from './ports.ts'
import { Refusals } from './refusals.ts'
import type { RoomDeps, RoomEvents } from './room-deps.ts'
import { isEmpty, refuseLeaps, type ScannedUpdate, scan } from './scan.ts'
import { Snapshot } from './snapshot.ts'
import { type Turn, Uncommitted } from './uncommitted.ts'
import { updateWindowMs } from './windows.ts'

export class Room {
  readonly lineage: string
  /** See {@link Audience.showProgram}. */
  readonly showProgram: Audience['showProgram']
  readonly #document: DocumentId
  readonly #kind: DocumentKind
  readonly #deps: RoomDeps
  readonly #events: RoomEvents
  readonly #unsubscribe: Unsubscribe
  readonly #audience: Audience
  readonly #journal: Journal
  readonly #uncommitted = new Uncommitted()
  /** All that was taken, committed or not: what a client need not send again. */
  readonly #known: Known
  readonly #owners: Owners
  readonly #capacity: Capacity
  readonly #refusals: Refusals
  /** All that is committed: what may be told. R2: it holds every entry of the log up to `#head`. */
  readonly #snapshot: Snapshot
  #head: LogPosition
  readonly #fold: Fold
  /** The log may hold more than `#head`. */
  #isBehind = false
  #busy = false
  #ended = false
  #turnStartedAt = Number.NEGATIVE_INFINITY
  #cancelWindow: (() => void) | null = null

  /** R3: subscribes, then reads: what is published in between makes the room look again. */
  static async open(document: DocumentId, deps: RoomDeps, events: RoomEvents): Promise<Room> {
    const early = await subscribeEarly(document, deps.bus)
    try {
      const slice = await deps.log.read(document, 0)
      const room = intact(() => new Room(document, deps, events, early.unsubscribe, slice))
      early.deliverTo((message) => room.#onBusMessage(message))
      return room
    } catch (error) {
      early.unsubscribe()
      throw error
    }
  }

  private constructor(
    document: DocumentId,
    deps: RoomDeps,
    events: RoomEvents,
    unsubscribe: Unsubscribe,
    slice: LogSlice,
  ) {
    this.#document = document
    this.#deps = deps
    this.#events = events
    this.#unsubscribe = unsubscribe
    this.#kind = slice.kind
    this.lineage = slice.lineage
    this.#known = new Known(slice.kind)
    this.#owners = new Owners(slice.owners)
    this.#snapshot = new Snapshot(slice.kind)
    const contents = { kind: slice.kind, known: this.#known, uncommitted: this.#uncommitted }
    this.#capacity = new Capacity(deps.caps ?? limits, { ...contents, snapshot: this.#snapshot })
    this.#audience = new Audience(deps, this.#snapshot, () => this.#busy)
    this.showProgram = this.#audience.showProgram.bind(this.#audience)
    this.#refusals = new Refusals({
      timers: deps.timers,
      isFull: () => this.#capacity.isFull,
      shrink: () => (this.hasTail && !this.#fold.isUnderWay ? this.fold() : null),
      tell: (member) => this.#audience.tellTrouble('document-full', [member]),
      ask: (member) => this.#audience.askLater(member, this.#known.stateVector),
    })
    this.#journal = new Journal(document, deps, (reason) => this.#audience.tellTrouble(reason))
    this.#fold = new Fold(document, this.#snapshot, {
      ...deps,
      head: () => this.#head,
      owners: () => this.#owners.all(),
      onFailure: (error) => this.#warn('fold failed', error),
    })
    this.#load(slice)
    this.#head = slice.head
  }

  get peers(): number {
    return this.#audience.size
  }

  get uncommittedBytes(): number {
    return this.#uncommitted.bytes
  }

  /** What it holds in memory, about. */
  get bytes(): number {
    return this.#capacity.memoryBytes
  }

  /** R8: the room may close, in this very step. */
  get isQuiet(): boolean {
    return this.#audience.size === 0 && !this.#busy && this.#uncommitted.isEmpty
  }

  get hasTail(): boolean {
    return this.#snapshot.unfoldedBytes > 0
  }

  enter(peer: Peer): Member {
    const member = this.#audience.enter(peer)
    // A viewer is not asked: a client would answer with everything it has and may not write.
    if (peer.access === 'write') this.#audience.ask(member, this.#known.stateVector)
    if (this.#journal.trouble !== null) this.#audience.tellTrouble(this.#journal.trouble, [member])
    return member
  }

  leave(member: Member): void {
    this.#refusals.delete(member)
    if (this.#audience.leave(member)) this.#tellIfQuiet()
  }

  /** Throws MalformedMessage or MalformedUpdate for what no honest client sends: the caller closes the peer. */
  receive(member: Member, bytes: Uint8Array): void {
    if (this.#ended) return
    const message = decode(bytes)
    switch (message.type) {
      case 'sync-step-1':
        return this.#audience.answerSoon(member, message.stateVector)
      case 'sync-step-2':
      case 'update':
        return this.#receiveUpdate(member, message.update, message.type === 'sync-step-2')
      case 'presence':
        return this.#audience.receivePresence(member, message.states)
      case 'query-presence':
        return this.#audience.tellPresenceSoon(member)
      case 'receipt':
      case 'not-saved':
        throw new MalformedMessage('only a server says this')
    }
  }

  /** For programs: resolves when the update, and all that was taken before it, is durable. */
  async write(actor: Actor, bytes: Uint8Array): Promise<LogPosition> {
    if (this.#ended) throw new DocumentGone()
    this.#take(scan(bytes, this.#kind), actor.id)
    const durable = this.#uncommitted.nextTurn()
    this.#decide()
    return durable
  }

  /** Resolves when all that was taken before is durable. */
  async flush(): Promise<void> {
    const durable = this.#uncommitted.nextTurn()
    this.#decide()
    await durable
  }

  /** The document went to the trash: sends its people away. */
  dismiss(): void {
    this.#audience.sendAway('not-found')
    this.#deps.bus.publish(this.#document, { type: 'gone' })
  }

  /** Makes one snapshot of all that is committed. */
  fold(): Promise<void> {
    return this.#fold.now()
  }

  close(): void {
    this.#ended = true
    this.#cancelWindow?.()
    this.#fold.close()
    this.#refusals.close()
    this.#audience.close()
    this.#unsubscribe()
  }

  #receiveUpdate(member: Member, update: Uint8Array, isAnswer: boolean): void {
    if (member.peer.access !== 'write') return member.peer.close('forbidden')
    member.count()
    // A view into the socket's buffer would keep all of that in memory.
    const bytes = update.slice()
    try {
      const scanned = scan(bytes, this.#kind)
      const isNew = this.#take(scanned, member.peer.actor.id)
      if (!isNew && !isEmpty(scanned)) member.owesEcho(bytes)
      member.taken(isAnswer)
      if (isAnswer) this.#refusals.delete(member)
    } catch (error) {
      if (error instanceof ForeignClient) return member.peer.close('forbidden')
      if (error instanceof DocumentFull) return this.#refusals.add(member)
      if (!(error instanceof UpdateGap)) throw error
      return this.#onGap(member, isAnswer)
    }
    if (this.#uncommitted.isTooLarge) this.#audience.setReading(false)
    this.#decide()
  }

  /** False if nothing of it was new. Throws UpdateGap, ForeignClient or DocumentFull, and takes nothing. */
  #take(update: ScannedUpdate, actor: ActorId): boolean {
    refuseLeaps(update)
    const fresh = this.#known.newOf(update)
    if (fresh === null) return false
    this.#capacity.refuseExcess(fresh)
    this.#owners.claim(fresh.sections, actor)
    this.#known.add(fresh)
    this.#uncommitted.add(actor, fresh)
    return true
  }

  #onGap(member: Member, isAnswer: boolean): void {
    if (this.#refusals.has(member)) return this.#refusals.heard(member)
    const gap = member.missed(isAnswer)
    if (gap === 'ask') this.#audience.askLater(member, this.#known.stateVector)
    else if (gap === 'give-up') member.peer.close('out-of-sync')
  }

  #decide(): void {
    if (this.#busy || this.#ended || this.#cancelWindow !== null) return
    if (this.#isBehind) return this.#work(() => this.#catchUp())
    if (this.#uncommitted.isEmpty && !this.#audience.isOwed) return
    const wait = this.#turnStartedAt + updateWindowMs(this.#audience.size) - this.#deps.timers.now()
    if (wait <= 0) return this.#work(() => this.#turn())
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
    this.#decide()
    this.#fold.ifLarge()
    this.#refusals.retryIfRoom()
    this.#tellIfQuiet()
  }

  async #turn(): Promise<void> {
    this.#turnStartedAt = this.#deps.timers.now()
    const turn = this.#uncommitted.take()
    const owed = this.#audience.takeOwed()
    try {
      const position = turn.updates.length === 0 ? this.#head : await this.#commit(turn)
      for (const pay of owed) pay(position)
      for (const waiting of turn.waiting) waiting.resolve(position)
    } catch (error) {
      for (const waiting of turn.waiting) waiting.reject(error)
      throw error
    } finally {
      this.#uncommitted.settled()
    }
    this.#audience.setReading(true)
  }

  async #commit(turn: Turn): Promise<LogPosition> {
    const at = this.#deps.timers.now()
    const entries = [...turn.byActor].map(
      ([actor, updates]: readonly [ActorId, readonly ScannedUpdate[]]): LogEntry => ({
        actor,
        at,
        update: merge(updates),
      }),
    )
    const position = await this.#journal.append(entries)
    if (position === this.#head + entries.length) {
      const update = merge(turn.updates)
      // Before the snapshot takes them: a reader that starts to lag at this frame has what the snapshot has.
      this.#audience.tell(update, this.#snapshot.stateVector)
      for (const piece of turn.updates) this.#snapshot.append(piece)
      this.#head = position
      this.#deps.bus.publish(this.#document, { type: 'update', position, entries: entries.length, update })
    } else {
      // Entries of other nodes came in between: ours are told with them, in the log's order.
      await this.#catchUp()
      this.#deps.bus.publish(this.#document, { type: 'head', position })
    }
    return position
  }

  /** The log is the truth: all that it has beyond the snapshot is read from it, and told. */
  async #catchUp(): Promise<void> {
    // Cleared before the work: what is heard during the read sets it again.
    this.#isBehind = false
    const slice = await this.#deps.log.read(this.#document, this.#head)
    const before = new Map(this.#snapshot.stateVector)
    const pieces = this.#addFromLog(slice)
    this.#head = slice.head
    if (pieces.length > 0) this.#audience.tell(merge(pieces), before)
  }

  /** Into the empty room: all that is new in the log is new to the snapshot too. */
  #load(slice: LogSlice): void {
    const hasSnapshot = slice.actors[0] === null
    if (hasSnapshot) {
      const base = trustedBase(slice.updates[0] ?? emptyUpdate, slice.index, this.#kind)
      this.#known.load(openBase(base))
      this.#snapshot.load(base)
    }
    const entries = slice.updates.slice(hasSnapshot ? 1 : 0)
    this.#fold.foldedUpTo(slice.head - entries.length)
    entries.forEach((bytes, index) => {
      const scanned = scan(bytes, this.#kind)
      const actor = slice.actors[index + (hasSnapshot ? 1 : 0)] ?? null
      if (actor !== null) this.#owners.learn(scanned.sections, actor)
      const loaded = this.#known.loadEntry(scanned)
      if (loaded !== null) this.#snapshot.append(loaded)
    })
  }

  #addFromLog(slice: LogSlice): readonly ScannedUpdate[] {
    return slice.updates.flatMap((bytes, index) => {
      const scanned = scan(bytes, this.#kind)
      const actor = slice.actors[index] ?? null
      if (actor !== null) this.#owners.learn(scanned.sections, actor)
      const fresh = this.#known.newOf(scanned)
      if (fresh !== null) this.#known.add(fresh)
      return this.#snapshot.add(scanned) ?? []
    })
  }

  #tellIfQuiet(): void {
    if (this.isQuiet && !this.#ended) this.#events.onQuiet()
  }

  #onBusMessage(message: BusMessage): void {
    switch (message.type) {
      case 'update':
      case 'head':
        if (message.position > this.#head) this.#isBehind = true
        return this.#decide()
      case 'gone':
        return this.#audience.sendAway('not-found')
    }
  }

  /** What was taken and not committed is not kept here: clients hold it and send it to the room that comes next. */
  #end(error: unknown): void {
    this.#ended = true
    this.#busy = false
    const gone = error instanceof DocumentGone
    if (!gone) this.#warn('room ended', error)
    for (const waiting of this.#uncommitted.take().waiting) waiting.reject(error)
    this.#uncommitted.settled()
    this.#events.onEnd()
    this.#audience.sendAway(gone ? 'not-found' : 'internal-error')
  }

  #warn(event: string, error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#deps.reporter.warn(event, { document: this.#document, error: text })
  }
}
