/**
 * The peers in a room, and the ways to tell them something: everybody the same bytes, one an answer.
 *
 * It says what the committed snapshot holds, and nothing else (R1).
 */
import {
  type Actor,
  type CloseReason,
  encode,
  limits,
  MalformedMessage,
  type NotSavedReason,
} from '@weft/protocol'
import { Compressed } from './compressed.ts'
import { MalformedUpdate } from './errors.ts'
import { framesOf } from './frames.ts'
import { Member } from './member.ts'
import { frame } from './outbox.ts'
import type { LogPosition, Peer, Timers } from './ports.ts'
import { PresenceWindow } from './presence-window.ts'
import { ProgramPresence, type ProgramState } from './program-presence.ts'
import { RevisionNews } from './revision-news.ts'
import type { RoomDeps } from './room-deps.ts'
import type { Snapshot } from './snapshot.ts'
import { decodeStateVector, encodeStateVector, type StateVector } from './state-vector.ts'

export class Audience {
  readonly #members = new Set<Member>()
  readonly #timers: Timers
  readonly #snapshot: Snapshot
  readonly #compressed: Compressed
  readonly #presence: PresenceWindow
  readonly #programs: ProgramPresence
  readonly #revision: RevisionNews

  constructor(
    { timers, deflate }: Pick<RoomDeps, 'timers' | 'deflate'>,
    snapshot: Snapshot,
    isTurnUnderWay: () => boolean,
  ) {
    this.#timers = timers
    this.#compressed = new Compressed(deflate)
    this.#snapshot = snapshot
    const members = this.#members
    this.#presence = new PresenceWindow(timers, {
      people: () => members.size,
      isTurnUnderWay,
      tell(framed) {
        for (const member of members) member.send(framed, snapshot.stateVector)
      },
    })
    this.#programs = new ProgramPresence(timers, this.#presence)
    this.#revision = new RevisionNews(timers, members, isTurnUnderWay)
  }

  get size(): number {
    return this.#members.size
  }

  get #haveAllAsked(): boolean {
    for (const member of this.#members) if (!member.hasAsked) return false
    return true
  }

  get isOwed(): boolean {
    for (const member of this.#members) if (member.isOwed) return true
    return false
  }

  /** All that was taken so far is on its way to the disk. */
  committing(): void {
    for (const member of this.#members) member.committing()
  }

  /** It is durable, as this revision: those who wrote it are told. */
  committed(position: LogPosition): void {
    for (const member of this.#members) member.committed(position, this.#snapshot.stateVector)
  }

  /** See {@link RevisionNews.reached}. */
  reached(position: LogPosition): void {
    this.#revision.reached(position)
  }

  enter(peer: Peer): Member {
    const member = new Member(peer, this.#timers, (lagging, since) => {
      this.answer(lagging, since)
      this.tellPresence(lagging)
    })
    this.#members.add(member)
    this.tellPresence(member)
    return member
  }

  /** False if it was gone already. */
  leave(member: Member): boolean {
    if (!this.#members.delete(member)) return false
    member.leave()
    this.#presence.leave(member.peer)
    return true
  }

  /** An update that is durable, and the presence that waits. `before`: what those have who were told everything so far. */
  tell(update: Uint8Array, before: StateVector): void {
    const states = this.#presence.takeStates()
    const framed = framesOf(update, states)
    // One that has not asked for the document yet would only have to keep the update aside.
    const forOthers = states === null || this.#haveAllAsked ? null : framesOf(null, states)
    for (const member of this.#members) {
      if (member.hasAsked) member.send(framed, before)
      else if (forOthers !== null) member.send(forOthers, before)
    }
  }

  /** All that a client with this state vector lacks. */
  answer(member: Member, stateVector: StateVector): void {
    member.answer(() => {
      const plain = this.#snapshot.answer(stateVector)
      return member.peer.inflates ? this.#compressed.of(plain, this.#snapshot.stateVector) : plain
    }, stateVector)
  }

  /** The same for what a client says, when it may ask that. Throws MalformedMessage. */
  answerSoon(member: Member, stateVector: Uint8Array): void {
    if (stateVector.length > limits.stateVectorBytes) throw new MalformedMessage('state vector too long')
    const bytes = stateVector.slice()
    member.questions.ask('state', () => {
      try {
        this.answer(member, decodeStateVector(bytes))
      } catch (error) {
        if (!(error instanceof MalformedUpdate)) throw error
        member.peer.close('malformed')
      }
    })
  }

  /** `has`: what the client need not send. See {@link ask}; some time, when it asks for that by what it sends. */
  askLater(member: Member, has: StateVector): void {
    member.questions.ask('gap', () => this.ask(member, has))
  }

  /** `has`: what the client need not send. */
  ask(member: Member, has: StateVector): void {
    member.sendAlways(frame(encode({ type: 'sync-step-1', stateVector: encodeStateVector(has) })))
  }

  /** Throws MalformedMessage. */
  receivePresence(member: Member, states: Uint8Array): void {
    this.#presence.receive(member.peer, states)
  }

  /** For a moment; where nobody is, nothing is shown. */
  showProgram(actor: Actor, state: ProgramState): void {
    if (this.#members.size > 0) this.#programs.show(actor, state)
  }

  tellPresence(member: Member): void {
    const framed = this.#presence.all()
    if (framed !== null) member.send(framed, this.#snapshot.stateVector)
  }

  tellPresenceSoon(member: Member): void {
    member.questions.ask('presence', () => this.tellPresence(member))
  }

  /** Only those who asked for receipts understand. `members`: everybody, unless it says. */
  tellTrouble(reason: NotSavedReason, members: Iterable<Member> = this.#members): void {
    const framed = frame(encode({ type: 'not-saved', reason }))
    for (const member of members) if (member.peer.receipts) member.sendAlways(framed)
  }

  setReading(reading: boolean): void {
    for (const member of this.#members) member.setReading(reading)
  }

  sendAway(reason: CloseReason): void {
    for (const member of [...this.#members]) member.peer.close(reason)
  }

  close(): void {
    this.#revision.close()
    this.#programs.close()
    this.#presence.close()
  }
}
