/**
 * A client of a room without a socket: a Y.Doc and y-protocols' own reading of the messages. What it sends and
 * what it is sent waits in two queues until the world delivers it.
 */
import {
  type Actor,
  type CloseReason,
  type DocumentId,
  decode,
  encode,
  type WireMessage,
} from '@weft/protocol'
import { type Membership, messagesIn, type Peer, type Rooms } from '@weft/sync'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'

export class Person {
  readonly name: string
  readonly doc = new Y.Doc()
  readonly text: Y.Text
  readonly undo: Y.UndoManager
  readonly presence: awareness.Awareness
  readonly actor: Actor
  /** Messages on their way to the server, and frames on their way here. */
  outgoing: Uint8Array[] = []
  incoming: Uint8Array[] = []
  readonly heard: WireMessage[] = []
  closedWith: CloseReason | null = null
  membership: Membership | null = null
  /** Sync messages sent on this connection, and how many of them a receipt covers. */
  sent = 0
  receipted = 0
  revision = 0
  /** A slow network: what is queued here counts as not taken. */
  isStalled = false
  /** Its network brings them as they are delivered; a test may say that more is under way. */
  takenBytes = 0
  isReading = true
  /** Frames of a connection that is over reach nobody. */
  #connection = 0

  constructor(name: string, clientId: number, options: { readonly actor?: Actor } = {}) {
    this.name = name
    this.doc.clientID = clientId
    this.text = this.doc.getText('content')
    this.undo = new Y.UndoManager(this.text, { captureTimeout: 0 })
    this.presence = new awareness.Awareness(this.doc)
    clearInterval(this.presence._checkInterval as unknown as number)
    this.actor = options.actor ?? { id: `guest:${name}`, kind: 'guest', name, dye: 1 }
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this && this.membership !== null) this.say({ type: 'update', update })
    })
    this.presence.on('update', ({ added, updated, removed }: Record<string, number[]>, origin: unknown) => {
      if (origin === this || this.membership === null) return
      this.#sayPresence([...(added ?? []), ...(updated ?? []), ...(removed ?? [])])
    })
  }

  get isConnected(): boolean {
    return this.membership !== null
  }

  async connect(
    rooms: Rooms,
    document: DocumentId,
    options: {
      readonly access?: 'read' | 'write'
      readonly receipts?: boolean
      readonly lineage?: string
    } = {},
  ): Promise<void> {
    this.closedWith = null
    this.sent = 0
    this.receipted = 0
    const person = this
    const connection = ++this.#connection
    const peer: Peer = {
      access: options.access ?? 'write',
      actor: this.actor,
      receipts: options.receipts ?? true,
      inflates: false,
      get queuedBytes() {
        return person.isStalled ? person.incoming.reduce((total, framed) => total + framed.length, 0) : 0
      },
      get takenBytes() {
        return person.takenBytes
      },
      send: (framed) => {
        if (this.#connection === connection) this.incoming.push(framed)
      },
      setReading: (reading) => {
        if (this.#connection === connection) this.isReading = reading
      },
      close: (reason) => {
        if (this.#connection === connection) this.#closed(reason)
      },
    }
    this.membership = await rooms.join(document, peer, options.lineage ?? null)
    this.say({ type: 'sync-step-1', stateVector: Y.encodeStateVector(this.doc) })
    if (this.presence.getLocalState() !== null) this.#sayPresence([this.doc.clientID])
  }

  /** The network is cut: what is under way in either direction is lost. */
  disconnect(): void {
    const { membership } = this
    this.loseServer()
    membership?.leave()
  }

  /** As {@link disconnect}, when there is nobody left who could notice. */
  loseServer(): void {
    this.#connection++
    this.outgoing = []
    this.incoming = []
    this.membership = null
    this.isReading = true
    const others = [...this.presence.getStates().keys()].filter((client) => client !== this.doc.clientID)
    awareness.removeAwarenessStates(this.presence, others, this)
  }

  type(index: number, text: string): void {
    this.text.insert(Math.min(index, this.text.length), text)
  }

  remove(index: number, length: number): void {
    const from = Math.min(index, this.text.length)
    this.text.delete(from, Math.min(length, this.text.length - from))
  }

  say(message: WireMessage): void {
    if (message.type === 'update' || message.type === 'sync-step-2') this.sent++
    this.outgoing.push(encode(message))
  }

  /** Says again what is still under way. */
  repeat(message: Uint8Array): void {
    if (message[0] === 0 && message[1] !== 0) this.sent++
    this.outgoing.splice(this.outgoing.indexOf(message), 0, message)
  }

  /** Delivers one message to the server. False if there was none. */
  deliverOutgoing(): boolean {
    if (!this.isReading || this.membership === null) return false
    const message = this.outgoing.shift()
    if (message === undefined) return false
    this.membership.receive(message)
    return true
  }

  /** Delivers one frame to this client. False if there was none, or its network stalls. */
  deliverIncoming(): boolean {
    if (this.isStalled) return false
    const framed = this.incoming.shift()
    if (framed === undefined) return false
    this.takenBytes += framed.length
    for (const message of messagesIn(framed)) this.#hear(decode(message))
    if (this.incoming.length === 0) this.membership?.drained()
    return true
  }

  #hear(message: WireMessage): void {
    this.heard.push(message)
    switch (message.type) {
      case 'sync-step-1':
      case 'sync-step-2':
      case 'update': {
        const encoder = encoding.createEncoder()
        const decoder = decoding.createDecoder(encode(message).subarray(1))
        sync.readSyncMessage(decoder, encoder, this.doc, this, (error) => {
          throw error
        })
        if (encoding.length(encoder) > 0) {
          this.sent++
          const answer = encoding.toUint8Array(encoder)
          this.outgoing.push(Uint8Array.of(0, ...answer))
        }
        return
      }
      case 'presence':
        return awareness.applyAwarenessUpdate(this.presence, message.states, this)
      case 'receipt':
        this.receipted = message.messages
        this.revision = message.position
        return
      case 'query-presence':
      case 'not-saved':
        return
    }
  }

  #sayPresence(clients: readonly number[]): void {
    this.say({ type: 'presence', states: awareness.encodeAwarenessUpdate(this.presence, [...clients]) })
  }

  #closed(reason: CloseReason): void {
    this.closedWith = reason
    this.disconnect()
  }
}
