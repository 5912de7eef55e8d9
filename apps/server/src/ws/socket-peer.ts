/**
 * One WebSocket as a room's peer.
 *
 * Frames come ready-made, so they go straight to the network socket: ws would write a header before each. That is
 * safe because ws compresses nothing, so it has no queue of its own and writes its control frames whole.
 *
 * Reading stops for several reasons at once (the room is full, the client is too fast, it is being sent away) and
 * resumes when the last of them is gone.
 */
import type { Socket } from 'node:net'
import { type Actor, type CloseReason, closeCodes, encode, isFinalClose, limits } from '@weft/protocol'
import type { Membership, Peer, Timers } from '@weft/sync'
import { type RawData, WebSocket } from 'ws'
import { InboundBudget } from './inbound-budget.ts'
import { inflatedBytes } from './inflated.ts'
import { MessageProgress } from './message-progress.ts'
import { takenBytes } from './network-progress.ts'
import { Pulse } from './pulse.ts'

export interface SocketPeerOptions {
  readonly access: 'read' | 'write'
  readonly actor: Actor
  readonly receipts: boolean
  readonly timers: Timers
  /** Taking a message failed in a way that is no fault of the message. The connection is closed. */
  readonly onFault: (error: unknown) => void
  /** A message began and did not end at once: {@link SocketPeer.beat} is to be called soon. */
  readonly onUnfinished: (peer: SocketPeer) => void
}

/** Why it ended: closed by us for that reason, left by the client, cut off, silent, or no WebSocket any more. */
export type Ending = CloseReason | 'left' | 'lost' | 'dead' | 'violation'

type Hold = 'joining' | 'room' | 'budget' | 'leaving'

/** One for all connections, of which there are many. */
const nothing = () => {}

/** Says nothing, but is a message: stock clients leave after 30 s without one, and pings do not count. */
const emptyPresence = encode({ type: 'presence', states: Uint8Array.of(0) })

export class SocketPeer implements Peer {
  readonly access: 'read' | 'write'
  readonly actor: Actor
  readonly receipts: boolean
  readonly inflates: boolean
  /** Resolves when the connection is no more. */
  readonly gone: Promise<Ending>
  readonly #webSocket: WebSocket
  readonly #network: Socket
  readonly #timers: Timers
  readonly #onFault: (error: unknown) => void
  readonly #began: number
  readonly #pulse: Pulse
  readonly #budget: InboundBudget
  readonly #progress = new MessageProgress()
  readonly #holds = new Set<Hold>()
  #state: 'joining' | 'member' | 'leaving' | 'gone' = 'joining'
  #membership: Membership | null = null
  #heardAt: number
  #spokenAt: number
  /** At the last beat: what its network had taken, if something waited for it. */
  #takenAtBeat: number | null = null
  #isUnfinished = false
  #ending: Ending | null = null
  #endNow: (() => void) | null = null
  #cancelEnd = nothing
  #cancelBudget = nothing

  /** `network` is what `webSocket` runs over. Nothing is read from it before {@link enter}. */
  constructor(webSocket: WebSocket, network: Socket, options: SocketPeerOptions) {
    this.access = options.access
    this.actor = options.actor
    this.receipts = options.receipts
    this.inflates = webSocket.extensions !== ''
    this.#webSocket = webSocket
    this.#network = network
    this.#timers = options.timers
    this.#onFault = options.onFault
    this.#began = options.timers.now()
    this.#heardAt = this.#began
    this.#spokenAt = this.#began
    this.#pulse = new Pulse(this.#began)
    this.#budget = new InboundBudget(this.#began)
    this.#hold('joining')
    network.on('data', (chunk: Uint8Array) => {
      if (this.#state !== 'member') return
      this.#heardAt = this.#timers.now()
      this.#progress.feed(chunk)
      const isUnfinished = this.#progress.unfinished > 0
      if (isUnfinished && !this.#isUnfinished) options.onUnfinished(this)
      this.#isUnfinished = isUnfinished
    })
    network.on('drain', () => this.#membership?.drained())
    // On both: each emits its own, and an error without a listener ends the process.
    network.on('error', nothing)
    // ws has sent its close code (1002, 1007, 1008, 1009) before it says so here.
    webSocket.on('error', () => {
      this.#ending ??= 'violation'
      this.#leave()
    })
    webSocket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    // They are no messages to the room, but to read them costs as much.
    for (const control of ['ping', 'pong'] as const) webSocket.on(control, (data) => this.#spend(data.length))
    this.gone = new Promise((resolve) => {
      webSocket.on('close', (code) => {
        this.#leave()
        this.#state = 'gone'
        this.#cancelEnd()
        this.#cancelBudget()
        resolve(this.#ending ?? (code === 1006 ? 'lost' : 'left'))
      })
    })
  }

  get queuedBytes(): number {
    return this.#network.writableLength
  }

  get takenBytes(): number {
    return takenBytes(this.#network)
  }

  /** Bytes that are held of a message that is not complete. */
  get unfinishedBytes(): number {
    if (this.#state !== 'member' || this.#progress.unfinished === 0) return 0
    return Math.max(this.#progress.unfinished, inflatedBytes(this.#webSocket))
  }

  /** When that message began; `null`: none. */
  get unfinishedSince(): number | null {
    return this.#state === 'member' ? this.#pulse.unfinishedSince : null
  }

  send(frame: Uint8Array): void {
    if (this.#state === 'leaving' || this.#state === 'gone') return
    // After the client's close frame no other may follow.
    if (this.#webSocket.readyState !== WebSocket.OPEN) return
    this.#spokenAt = this.#timers.now()
    this.#network.write(frame)
  }

  setReading(reading: boolean): void {
    if (reading) this.#release('room')
    else this.#hold('room')
  }

  /** The room has taken this peer in. Starts reading; if the client left meanwhile, the room is told. */
  enter(membership: Membership): void {
    if (this.#state !== 'joining') {
      membership.leave()
      return
    }
    this.#membership = membership
    this.#state = 'member'
    this.#release('joining')
    if (this.queuedBytes === 0) membership.drained()
  }

  close(reason: CloseReason): void {
    if (this.#state === 'leaving' || this.#state === 'gone') return
    this.#state = 'leaving'
    this.#ending ??= reason
    this.#cancelBudget()
    this.#hold('leaving')
    // The room may be in the middle of a turn: it hears of this after.
    queueMicrotask(() => this.#leave())
    const code = closeCodes[reason]
    const end = () => {
      this.#endNow = null
      this.#cancelEnd()
      this.#webSocket.close(code, reason)
      // The answer to the close must be read, whatever held the reading.
      this.#holds.clear()
      this.#webSocket.resume()
    }
    if (isFinalClose(code)) {
      this.#endNow = end
      this.#cancelEnd = this.#timers.after(limits.finalCloseDelayMs, end)
    } else {
      end()
    }
  }

  /** Ends a wait before a final close. */
  hurry(): void {
    this.#endNow?.()
  }

  terminate(): void {
    this.#webSocket.terminate()
  }

  /** See {@link Pulse.excuse}. */
  excuse(now: number): void {
    this.#pulse.excuse(now)
  }

  /** Returns when it wants to be called again; see also {@link SocketPeerOptions.onUnfinished}. */
  beat(now: number): number {
    if (this.#state === 'joining') {
      if (now - this.#began > limits.joinMs) this.close('overloaded')
      return now
    }
    if (this.#state !== 'member') return Number.POSITIVE_INFINITY
    this.#hearByTaking(now)
    const verdict = this.#pulse.beat({
      now,
      heardAt: this.#heardAt,
      spokenAt: this.queuedBytes > 0 ? now : this.#spokenAt,
      isReading: this.#holds.size === 0,
      unfinished: this.#progress.unfinished,
      begun: this.#progress.begun,
    })
    if (verdict === 'stuck') this.close('too-slow')
    if (verdict === 'dead') {
      this.#ending = 'dead'
      this.terminate()
    }
    if (verdict === 'ping' || verdict === 'ping-and-speak') this.#webSocket.ping()
    if (verdict === 'speak' || verdict === 'ping-and-speak')
      this.#webSocket.send(emptyPresence, { compress: false })
    return this.#pulse.nextAt
  }

  /** While something waits the network is full, and only the other end makes room in it. */
  #hearByTaking(now: number): void {
    const taken = this.takenBytes
    if (this.#takenAtBeat !== null && taken > this.#takenAtBeat) this.#heardAt = now
    this.#takenAtBeat = this.queuedBytes > 0 ? taken : null
  }

  /** A getter, because the room may have sent the peer away in the meantime. */
  get #isMember(): boolean {
    return this.#state === 'member'
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#state !== 'member' || this.#membership === null) return
    if (!isBinary || !Buffer.isBuffer(data)) {
      this.close('malformed')
      return
    }
    try {
      this.#membership.receive(data)
    } catch (error) {
      // From here it would go up through ws and end the process, and with it everybody else's connection.
      this.#onFault(error)
      this.close('internal-error')
      return
    }
    this.#spend(data.length)
  }

  #spend(bytes: number): void {
    this.#budget.spend(bytes)
    if (this.#isMember && !this.#holds.has('budget')) this.#keepPace()
  }

  /** ws hands over all messages of a network read, so more may be owed after a pause than before it. */
  #keepPace(): void {
    const pause = this.#budget.owed(this.#timers.now())
    if (pause === 0) {
      this.#release('budget')
    } else {
      this.#hold('budget')
      this.#cancelBudget = this.#timers.after(pause, () => this.#keepPace())
    }
  }

  #leave(): void {
    if (this.#state === 'joining' || this.#state === 'member') this.#state = 'leaving'
    this.#membership?.leave()
    this.#membership = null
  }

  #hold(reason: Hold): void {
    this.#holds.add(reason)
    this.#webSocket.pause()
  }

  #release(reason: Hold): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.#webSocket.resume()
  }
}
