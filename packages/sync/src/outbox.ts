/**
 * What leaves for a peer. A frame is encoded once, WebSocket header included, and the same bytes go to everybody.
 *
 * Rule: a slow reader costs a bounded amount of memory. When more waits for it than it may, nothing more is
 * queued: what it had at that moment is remembered as a state vector, and one difference is sent when its
 * network has drained. As long as its line brings it on, however slowly, that may last; who takes next to nothing is sent
 * away, to come back when it can. While an answer to it is being compressed nothing is queued either, and what it missed
 * follows in the same way.
 */
import { limits } from '@weft/protocol'
import type { Peer, Timers } from './ports.ts'
import type { StateVector } from './state-vector.ts'

/** An unmasked, final, binary RFC 6455 frame around one message. */
export function frame(message: Uint8Array): Uint8Array {
  const head = frameHead(message.length)
  const bytes = new Uint8Array(head.length + message.length)
  bytes.set(head)
  bytes.set(message, head.length)
  return bytes
}

/** What stands before a message of that length. */
export function frameHead(length: number): Uint8Array {
  const head = new Uint8Array(frameHeadLength(length))
  writeFrameHead(head, 0, length)
  return head
}

export function frameHeadLength(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10
}

/** Returns where the message begins. */
export function writeFrameHead(bytes: Uint8Array, from: number, length: number): number {
  const end = from + frameHeadLength(length)
  bytes[from] = 0x82
  bytes[from + 1] = end - from === 2 ? length : end - from === 4 ? 126 : 127
  let rest = length
  for (let at = end - 1; at > from + 1; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return end
}

/** The messages inside frames made by {@link frame}, laid end to end. */
export function messagesIn(framed: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  const view = new DataView(framed.buffer, framed.byteOffset, framed.byteLength)
  for (let at = 0; at < framed.length; ) {
    const short = view.getUint8(at + 1)
    const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2)
    const length =
      short === 126 ? view.getUint16(at + 2) : short === 127 ? Number(view.getBigUint64(at + 2)) : short
    messages.push(framed.subarray(start, start + length))
    at = start + length
  }
  return messages
}

/** A frame that is being made. */
export interface Underway {
  readonly framed: Promise<Uint8Array>
  /** The document as one has it who got the frame. */
  readonly gives: StateVector
}

interface Lag {
  since: StateVector
  /** More than so much never waits. */
  readonly mostBytes: number
  cancel: () => void
}

export class Outbox {
  readonly #peer: Peer
  readonly #timers: Timers
  readonly #catchUp: (since: StateVector) => void
  #lag: Lag | null = null
  #awaited: { readonly answer: Underway; missed: boolean } | null = null

  /** `catchUp` sends what the peer lacks, and who is here, after it lagged. */
  constructor(peer: Peer, timers: Timers, catchUp: (since: StateVector) => void) {
    this.#peer = peer
    this.#timers = timers
    this.#catchUp = catchUp
  }

  get isLagging(): boolean {
    return this.#lag !== null
  }

  /** Sends a frame, unless the peer lags. `has`: the document as the peer has it before this frame. */
  send(framed: Uint8Array, has: StateVector): void {
    if (this.#lag !== null) return
    if (this.#awaited !== null) this.#awaited.missed = true
    else if (this.#peer.queuedBytes > limits.sendQueueBytes) this.#startLag(has)
    else this.#peer.send(framed)
  }

  /** For the few small frames that a lagging peer must not miss. */
  sendAlways(framed: Uint8Array): void {
    this.#peer.send(framed)
    if (this.#lag !== null && this.#peer.queuedBytes > this.#lag.mostBytes) this.#peer.close('too-slow')
  }

  /** Something was sent past it. Who takes nothing at all lags for that too. */
  look(has: StateVector): void {
    if (this.#lag === null && this.#awaited === null && this.#peer.queuedBytes > limits.sendQueueBytes)
      this.#startLag(has)
  }

  /** Answers a client that said what it has; one that lags is answered when it has drained. */
  answer(framed: () => Uint8Array | Underway, has: StateVector): void {
    if (this.#lag !== null) this.#lag.since = has
    else if (this.#awaited !== null) this.#awaited.missed = true
    else {
      const answer = framed()
      if (answer instanceof Uint8Array) this.send(answer, has)
      else this.#await(answer, has)
    }
  }

  /** The network took all that waited. */
  drained(): void {
    if (this.#lag === null) return
    const { since, cancel } = this.#lag
    cancel()
    this.#lag = null
    this.#catchUp(since)
  }

  close(): void {
    this.#lag?.cancel()
    this.#lag = null
    this.#awaited = null
  }

  #await(answer: Underway, has: StateVector): void {
    const awaited = { answer, missed: false }
    this.#awaited = awaited
    void answer.framed.then((framed) => {
      if (this.#awaited !== awaited) return
      this.#awaited = null
      this.send(framed, has)
      if (awaited.missed && this.#lag === null) this.#catchUp(answer.gives)
    })
  }

  #startLag(has: StateVector): void {
    const { queuedBytes, takenBytes } = this.#peer
    this.#lag = { since: new Map(has), mostBytes: queuedBytes + limits.sendQueueBytes, cancel: () => {} }
    this.#watch(this.#lag, takenBytes, takenBytes + queuedBytes)
  }

  /** `taken`: so much by now. `due`: when it has taken so much, all is gone that waited at the beginning. */
  #watch(lag: Lag, taken: number, due: number): void {
    lag.cancel = this.#timers.after(limits.laggingMs, () => {
      const { takenBytes } = this.#peer
      const isOverdue = taken >= due
      if (isOverdue || takenBytes - taken < limits.laggingBytes) this.#peer.close('too-slow')
      else this.#watch(lag, takenBytes, due)
    })
  }
}
