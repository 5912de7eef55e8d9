/**
 * Real rooms on memory storage, one honest person, and visitors who send whatever they like. Beside them two documents
 * that know no room: what the log says, and what Yjs makes of the messages that were taken.
 */
import { foldUpdates } from '@weft/document'
import { type CloseReason, type DocumentId, decode, parseDocumentId } from '@weft/protocol'
import { localBus } from '@weft/server/bus/local'
import { openMemory } from '@weft/server/storage/memory'
import { baseOf, type LogEntry, type Membership, messagesIn, type Peer, Rooms } from '@weft/sync'
import * as Y from 'yjs'
import { editAnything, editText } from './edits.ts'
import { Person } from './person.ts'
import { type Random, random } from './random.ts'
import { VirtualTimers } from './virtual-timers.ts'
import { turnOfTheLoop } from './world.ts'

/** Somebody with a connection who sends whatever they like, and is in again as soon as they are sent away. */
export interface Visitor {
  readonly doc: Y.Doc
  clientId: number
  readonly access: 'read' | 'write'
  membership: Membership | null
  closedWith: CloseReason | null
  receipted: number
  sent: number
  /** What the server has, when it asked for the rest. */
  asked: Uint8Array | null
}

export class HostileWorld {
  readonly dice: Random
  readonly kind: 'text' | 'yjs'
  readonly timers = new VirtualTimers()
  readonly entries: LogEntry[] = []
  readonly warnings: string[] = []
  readonly honest: Person
  /** What the log says, and what the messages say that were taken, in the same order. */
  readonly byLog = new Y.Doc()
  byMessages = new Y.Doc()
  readonly #storage = openMemory()
  readonly #rooms: Rooms
  #document: DocumentId | null = null

  constructor(seed: number) {
    this.dice = random(seed)
    this.kind = seed % 2 === 0 ? 'text' : 'yjs'
    this.honest = new Person('ann', this.freshClientId())
    const { read, append, fold } = this.#storage.updates
    this.#rooms = new Rooms({
      log: {
        read,
        fold,
        append: (document, entries) => {
          const copies = entries.map((entry) => ({ ...entry, update: entry.update.slice() }))
          this.entries.push(...copies)
          for (const { update } of copies) Y.applyUpdate(this.byLog, update)
          return append(document, entries)
        },
      },
      bus: localBus(),
      folder: { fold: async (updates) => baseOf(foldUpdates(updates), 'yjs') },
      timers: this.timers,
      reporter: { warn: (event, facts) => void this.warnings.push(`${event} ${JSON.stringify(facts)}`) },
    })
  }

  get document(): DocumentId {
    if (this.#document === null) throw new Error('not begun')
    return this.#document
  }

  async begin(): Promise<void> {
    const id = parseDocumentId('fuzz')
    if (id === null) throw new RangeError('bad id')
    this.#document = id
    await this.#storage.documents.create({
      id,
      title: 'Fuzz',
      kind: this.kind,
      language: null,
      lineage: 'lineage-1',
      createdBy: 'guest:ann',
      createdAt: this.timers.now(),
      first: null,
    })
    await this.honest.connect(this.#rooms, id)
    for (let edits = 0; edits < 5; edits++) this.honestEdit()
    await this.settled()
    this.believe(this.entries)
  }

  freshClientId(): number {
    return 1 + this.dice.below(2 ** 32 - 1)
  }

  honestEdit(): void {
    if (this.kind === 'text') editText(this.honest.text, this.dice)
    else editAnything(this.honest.doc, this.dice)
  }

  async settled(): Promise<void> {
    do {
      while (this.honest.deliverOutgoing() || this.honest.deliverIncoming());
      await turnOfTheLoop()
    } while (this.timers.step(100) || this.honest.outgoing.length + this.honest.incoming.length > 0)
  }

  believe(entries: readonly Pick<LogEntry, 'update'>[]): void {
    for (const { update } of entries) Y.applyUpdate(this.byMessages, update)
  }

  /** What the messages say is from now on what the log says. */
  believeLog(): void {
    this.byMessages = new Y.Doc()
    Y.applyUpdate(this.byMessages, Y.encodeStateAsUpdate(this.byLog))
  }

  async visit(visitor: Visitor): Promise<void> {
    visitor.membership?.leave()
    visitor.closedWith = null
    visitor.receipted = 0
    visitor.sent = 0
    visitor.asked = null
    const peer: Peer = {
      access: visitor.access,
      actor: { id: `guest:${visitor.access}`, kind: 'guest', name: null, dye: null },
      receipts: true,
      inflates: false,
      queuedBytes: 0,
      takenBytes: 0,
      send: (framed) => {
        for (const bytes of messagesIn(framed)) hear(visitor, bytes)
      },
      setReading: () => {},
      close: (reason) => {
        visitor.closedWith ??= reason
        visitor.membership?.leave()
      },
    }
    visitor.membership = await this.#rooms.join(this.document, peer, null)
    visitor.membership.receive(Uint8Array.of(0, 0, 1, 0))
  }

  /** What is stored, by a fresh reader. */
  async stored(): Promise<Y.Doc> {
    const doc = new Y.Doc()
    for (const update of (await this.#storage.updates.read(this.document, 0)).updates)
      Y.applyUpdate(doc, update)
    return doc
  }

  async leave(): Promise<void> {
    this.honest.disconnect()
    this.timers.advance(60_000)
    await this.settled()
  }

  get openRooms(): number {
    return this.#rooms.stats().rooms
  }
}

function hear(visitor: Visitor, bytes: Uint8Array): void {
  const message = decode(bytes)
  if (message.type === 'receipt') visitor.receipted = message.messages
  if (message.type === 'sync-step-1') visitor.asked = message.stateVector
  if (message.type === 'update' || message.type === 'sync-step-2') Y.applyUpdate(visitor.doc, message.update)
}

export function visitorWith(access: 'read' | 'write', clientId: number): Visitor {
  const doc = new Y.Doc()
  doc.clientID = clientId
  return { doc, clientId, access, membership: null, closedWith: null, receipted: 0, sent: 0, asked: null }
}
