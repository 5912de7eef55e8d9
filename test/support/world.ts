/**
 * A whole server of one node in this process, without sockets, disk or clock: real rooms on a real (memory)
 * storage that is as unevenly slow as a database, and people whose messages travel when the test says so.
 */
import { foldUpdates } from '@weft/document'
import { type DocumentId, type DocumentKind, parseDocumentId } from '@weft/protocol'
import { localBus } from '@weft/server/bus/local'
import { openMemory } from '@weft/server/storage/memory'
import type { Storage } from '@weft/server/storage/storage'
import {
  baseOf,
  type FoldedLog,
  type LogEntry,
  type RoomCaps,
  type RoomDeps,
  Rooms,
  StorageFailure,
  type UpdateLog,
} from '@weft/sync'
import * as Y from 'yjs'
import { Person } from './person.ts'
import { type Random, random } from './random.ts'
import { VirtualTimers } from './virtual-timers.ts'

/** Longer waits than this (an idle room, an expiring presence) are not part of settling. */
const settlingMs = 4_000

export class World {
  readonly random: Random
  readonly timers = new VirtualTimers()
  readonly storage: Storage
  readonly warnings: string[] = []
  readonly people: Person[] = []
  log: FaultyLog
  rooms: Rooms
  #clientIds = 1

  readonly #caps: RoomCaps | undefined

  constructor(seed: number, storage: Storage = openMemory(), caps?: RoomCaps) {
    this.random = random(seed)
    this.#caps = caps
    this.storage = storage
    this.log = new FaultyLog(this.storage.updates, this.timers, this.random)
    this.rooms = new Rooms(this.#deps())
  }

  #deps(): RoomDeps {
    return {
      log: this.log,
      bus: localBus(),
      folder: {
        fold: async (updates) => {
          await this.#pause(20)
          return baseOf(foldUpdates(updates), 'yjs')
        },
      },
      timers: this.timers,
      ...(this.#caps === undefined ? {} : { caps: this.#caps }),
      reporter: { warn: (event, facts) => void this.warnings.push(`${event} ${JSON.stringify(facts)}`) },
    }
  }

  async document(name = 'doc', kind: DocumentKind = 'markdown'): Promise<DocumentId> {
    const id = parseDocumentId(name)
    if (id === null) throw new RangeError(`bad id ${name}`)
    await this.storage.documents.create({
      id,
      title: name,
      kind,
      language: null,
      lineage: 'lineage-1',
      createdBy: 'guest:test',
      createdAt: this.timers.now(),
      first: null,
    })
    return id
  }

  person(name: string, options?: ConstructorParameters<typeof Person>[2]): Person {
    const person = new Person(name, this.#clientIds++, options)
    this.people.push(person)
    return person
  }

  /** A document in which these people are, all connected and quiet. */
  async together(
    ...names: string[]
  ): Promise<{ readonly document: DocumentId; readonly people: readonly Person[] }> {
    const document = await this.document()
    const people = names.map((name) => this.person(name))
    for (const person of people) await this.connect(person, document)
    await this.settled()
    return { document, people }
  }

  /** Waits for a connection, letting the slow storage go on meanwhile. */
  async connect(
    person: Person,
    document: DocumentId,
    options?: Parameters<Person['connect']>[2],
  ): Promise<void> {
    await this.during(person.connect(this.rooms, document, options))
  }

  /** Lets everything go on until `promise` is settled. */
  async during<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settle = () => {
      isSettled = true
    }
    promise.then(settle, settle)
    for (;;) {
      await turnOfTheLoop()
      if (isSettled) return promise
      if (!this.#deliverOne() && !this.timers.step(settlingMs)) await turnOfTheLoop()
    }
  }

  /** Delivers some of what is under way, in an order that the seed decides. */
  async jostle(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      if (this.random.chance(0.3)) this.timers.step(50)
      this.#deliverOne()
      if (this.random.chance(0.3)) await turnOfTheLoop()
    }
  }

  /** Until nothing is under way any more. */
  async settled(): Promise<void> {
    let quietTurns = 0
    while (quietTurns < 3) {
      const moved = this.#deliverOne() || this.timers.step(settlingMs)
      quietTurns = moved ? 0 : quietTurns + 1
      if (!moved || this.random.chance(0.5)) await turnOfTheLoop()
    }
  }

  /** The node dies: rooms, connections and what was not committed are gone; the log is what is left. */
  crash(): void {
    this.log.die()
    this.log = new FaultyLog(this.storage.updates, this.timers, this.random)
    this.rooms = new Rooms(this.#deps())
    for (const person of this.people) person.loseServer()
  }

  /** What a fresh reader would see. */
  async stored(document: DocumentId): Promise<Y.Doc> {
    const doc = new Y.Doc()
    for (const update of (await this.storage.updates.read(document, 0)).updates) Y.applyUpdate(doc, update)
    return doc
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.timers.after(ms, resolve))
  }

  #deliverOne(): boolean {
    const queues = this.people.flatMap((person) => [
      () => person.deliverOutgoing(),
      () => person.deliverIncoming(),
    ])
    const first = this.random.below(queues.length || 1)
    for (let index = 0; index < queues.length; index++) {
      if (queues[(first + index) % queues.length]?.() === true) return true
    }
    return false
  }
}

/** A log that takes its time, unevenly, and fails when told to. */
export class FaultyLog implements UpdateLog {
  readonly #log: UpdateLog
  readonly #timers: VirtualTimers
  readonly #random: Random
  /** Appends that are going to fail before anything is stored. */
  failures: StorageFailure[] = []
  /** Appends that store, and whose answer is lost. */
  lostAnswers = 0
  appends = 0
  reads = 0
  #isDead = false
  /** Holds every append until it is let go. */
  #gate: Promise<void> | null = null
  #openGate: () => void = () => {}

  constructor(log: UpdateLog, timers: VirtualTimers, seeded: Random) {
    this.#log = log
    this.#timers = timers
    this.#random = seeded
  }

  hold(): void {
    this.#gate ??= new Promise((resolve) => {
      this.#openGate = resolve
    })
  }

  release(): void {
    this.#openGate()
    this.#gate = null
  }

  /** Its node is killed: nothing more reaches the storage, and nobody hears its answers. */
  die(): void {
    this.#isDead = true
  }

  async read(document: DocumentId, after: number) {
    this.reads++
    await this.#delay()
    const slice = await this.#log.read(document, after)
    await this.#delay()
    return slice
  }

  async append(document: DocumentId, entries: readonly LogEntry[]) {
    this.appends++
    await this.#delay()
    await this.#gate
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    const position = await this.#log.append(document, entries)
    await this.#delay()
    if (this.lostAnswers > 0) {
      this.lostAnswers--
      throw new StorageFailure('the answer was lost', { full: false })
    }
    return position
  }

  async fold(document: DocumentId, snapshot: FoldedLog, upTo: number) {
    await this.#delay()
    await this.#log.fold(document, snapshot, upTo)
    await this.#delay()
  }

  async #delay(): Promise<void> {
    if (this.#random.chance(0.5))
      await new Promise<void>((resolve) => this.#timers.after(this.#random.below(30), resolve))
    if (this.#isDead) await new Promise<never>(() => {})
  }
}

export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
