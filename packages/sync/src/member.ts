/**
 * A peer in a room: what it is owed. Its sync messages are counted, and a receipt says how many of them, from
 * the first, are durable. A message that could not be taken, because it builds on something missing, stops the
 * count until the client has answered with all that it has.
 */
import { encode, limits } from '@weft/protocol'
import { frame, Outbox, type Underway } from './outbox.ts'
import type { LogPosition, Peer, Timers } from './ports.ts'
import { Questions } from './questions.ts'
import type { StateVector } from './state-vector.ts'

/** What to do about a client whose message had a hole. */
export type Gap = 'ask' | 'wait' | 'give-up'

/** An honest client answers with a hole when it is asked while it still waits for what it asked itself. */
const gapsForgiven = 3

export class Member {
  readonly peer: Peer
  readonly questions: Questions
  readonly #outbox: Outbox
  #received = 0
  #confirmable = 0
  /** On their way to the disk. */
  #committing = 0
  #receipted = 0
  #position: LogPosition = 0
  /** What the last receipt said. */
  #toldMessages = 0
  #toldPosition: LogPosition = 0
  #hasAsked = false
  #hasGap = false
  #gapsInAnswers = 0
  #isReading = true
  /** Updates that were there already, of a client that takes its own echo for the receipt. */
  #echoes: Uint8Array[] = []
  #echoBytes = 0
  #committingEchoes: readonly Uint8Array[] = none

  constructor(peer: Peer, timers: Timers, catchUp: (member: Member, since: StateVector) => void) {
    this.peer = peer
    this.questions = new Questions(timers)
    this.#outbox = new Outbox(peer, timers, (since) => {
      this.#tellReceipt()
      catchUp(this, since)
    })
  }

  get isOwed(): boolean {
    return this.#confirmable > this.#committing
  }

  /** It said what it has, and was answered: from then on updates make sense to it. */
  get hasAsked(): boolean {
    return this.#hasAsked
  }

  /** See {@link Outbox.send}. */
  send(framed: Uint8Array, has: StateVector): void {
    this.#outbox.send(framed, has)
  }

  /** See {@link Outbox.answer}. */
  answer(framed: () => Uint8Array | Underway, has: StateVector): void {
    this.#hasAsked = true
    this.#outbox.answer(framed, has)
  }

  /** For the few small frames that a lagging client must not miss. */
  sendAlways(framed: Uint8Array): void {
    this.#outbox.sendAlways(framed)
  }

  drained(): void {
    this.#outbox.drained()
  }

  setReading(reading: boolean): void {
    if (reading === this.#isReading) return
    this.#isReading = reading
    this.peer.setReading(reading)
  }

  /** A sync message came in. */
  count(): void {
    this.#received++
  }

  /** It was taken. `answer`: it was a step 2, so nothing of this client is missing any more. */
  taken(answer: boolean): void {
    if (answer) this.#hasGap = false
    if (this.#hasGap) return
    this.#confirmable = this.#received
    this.#gapsInAnswers = 0
  }

  /** Nothing in it was new. More than a bounded number of such is not kept: until some are told, the next ones wait. */
  owesEcho(update: Uint8Array): void {
    if (this.peer.receipts) return
    this.#echoBytes += update.length + echoOverhead
    if (this.#echoBytes > limits.sendQueueBytes) {
      // Its answer must be read, or nothing of it would ever be told.
      if (this.#hasGap) return
      this.setReading(false)
    }
    this.#echoes.push(update)
  }

  /** It builds on something that is missing. A client that cannot fill the hole itself is beyond repair. */
  missed(answer: boolean): Gap {
    const asked = this.#hasGap
    this.#hasGap = true
    if (answer) return ++this.#gapsInAnswers > gapsForgiven ? 'give-up' : 'ask'
    return asked ? 'wait' : 'ask'
  }

  /** It was not taken, and will not be for now: nothing that follows is confirmed until the client has answered. */
  refused(): void {
    this.#hasGap = true
  }

  /** All that was taken so far is on its way to the disk. */
  committing(): void {
    if (!this.isOwed) return
    this.#committing = this.#confirmable
    if (this.#echoes.length === 0) return
    this.#committingEchoes = this.#echoes
    this.#echoes = []
    this.#echoBytes = 0
  }

  /** It is durable: says so, to whom it owes that. `has`: see {@link Outbox.send}. */
  committed(position: LogPosition, has: StateVector): void {
    if (this.#committing === this.#receipted) return
    this.#receipted = this.#committing
    this.#position = position
    this.#tellReceipt()
    if (this.peer.receipts) this.#outbox.look(has)
    for (const update of this.#committingEchoes) this.send(frame(encode({ type: 'update', update })), has)
    this.#committingEchoes = none
  }

  /**
   * Others brought the document there. Not to one of whose messages something was refused or is missing: a receipt
   * would take back what it was told of that.
   */
  tellRevision(position: LogPosition): void {
    if (!this.#hasAsked || this.#hasGap || position <= this.#position) return
    this.#position = position
    this.#tellReceipt()
  }

  /** Behind all that waits for one that lags, a later one says as much. */
  #tellReceipt(): void {
    const [messages, position] = [this.#receipted, this.#position]
    const isTold = this.#toldMessages === messages && this.#toldPosition === position
    if (!this.peer.receipts || isTold || this.#outbox.isLagging) return
    this.#toldMessages = messages
    this.#toldPosition = position
    this.sendAlways(frame(encode({ type: 'receipt', messages, position })))
  }

  leave(): void {
    this.#outbox.close()
    this.questions.close()
  }
}

/** Of each that is kept, about. */
const echoOverhead = 128

const none: readonly Uint8Array[] = []
