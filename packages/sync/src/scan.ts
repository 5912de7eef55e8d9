/**
 * Looks at an update before anything is kept or applied: a strict walk over the bytes that builds no objects of
 * Yjs. What passes here, Yjs accepts; what a document of this kind may not hold is refused.
 *
 * Why not `Y.applyUpdate` and a try/catch: applying is not atomic, and some small inputs make it burn seconds.
 */
import { contentRoot, type DocumentKind, limits } from '@weft/protocol'
import { MalformedUpdate, UpdateGap } from './errors.ts'
import { contentDeleted, contentType, scanContent } from './struct-content.ts'
import { UpdateReader } from './update-reader.ts'

/** An update whose parts are known by their place in its bytes. */
export interface ScannedUpdate {
  readonly bytes: Uint8Array
  /** At most one per client. */
  readonly sections: readonly Section[]
  /** (client, clock, length) triples, flat. */
  readonly deletes: readonly number[]
}

/** The structs of one client: `length` clocks from `clock` on, without a hole. */
export interface SectionBytes {
  readonly client: number
  readonly clock: number
  readonly length: number
  /** How many structs, and where their bytes are. */
  readonly structs: number
  readonly bytes: Uint8Array
}

export interface Section extends SectionBytes {
  /**
   * (own clock, client, clock) triples, flat and in order: the struct at `own clock` refers to that one of another
   * client, which must be there before it.
   */
  readonly needs: readonly number[]
  /** (clock, length) pairs, flat, of a text: what its client says to be gone, whether or not it also deletes it. */
  readonly gone: readonly number[]
  /** What it names decides whether Yjs trips over it: see ancestry.ts. */
  readonly asksAncestry: boolean
}

/** Throws {@link MalformedUpdate} or {@link UpdateGap}. `bytes` is kept: the caller hands over bytes that nobody changes. */
export function scan(bytes: Uint8Array, kind: DocumentKind): ScannedUpdate {
  const reader = new UpdateReader(bytes)
  const sections: Section[] = []
  const count = reader.count()
  const met = metClients(count)
  for (let left = count; left > 0; left--) {
    const section = scanSection(reader, kind)
    met(section.client)
    sections.push(section)
  }
  const deletes = scanDeletes(reader)
  if (!reader.done) throw new MalformedUpdate('bytes after the update')
  return { bytes, sections, deletes }
}

/** Throws {@link MalformedUpdate} for one that takes more clocks than any client writes at once. What is merged may have more. */
export function refuseLeaps(update: ScannedUpdate): void {
  if (update.sections.some(({ length }) => length > limits.updateClocks))
    throw new MalformedUpdate('too long')
}

/** Nothing in it: what a client answers that has nothing to tell. */
export function isEmpty(update: ScannedUpdate): boolean {
  return update.sections.length === 0 && update.deletes.length === 0
}

/** The struct of a section that holds `clock`, with how many are before it; `null`: none does. */
export function structAt(section: SectionBytes, clock: number, kind: DocumentKind): StructPlace | null {
  const reader = new UpdateReader(section.bytes)
  const place = placeAt(section.client, section.clock)
  for (let before = 0; before < section.structs; before++) {
    const from = reader.position
    const length = scanStruct(reader, kind, place)
    if (clock < place.clock + length) return { before, clock: place.clock, length, from, to: reader.position }
    place.clock += length
    place.needs.length = 0
  }
  return null
}

/** Reads the structs of a section, one after the other. `place` says what {@link next} has read. */
export class StructReader {
  readonly place: Place
  readonly #reader: UpdateReader
  readonly #kind: DocumentKind
  #left: number
  /** Of the struct in `place`. */
  length = 0

  constructor({ client, clock, structs, bytes }: SectionBytes, kind: DocumentKind) {
    this.place = placeAt(client, clock)
    this.#reader = new UpdateReader(bytes)
    this.#kind = kind
    this.#left = structs
  }

  /** False: there is none. */
  next(): boolean {
    if (this.#left === 0) return false
    this.#left--
    this.place.clock += this.length
    // Most have none, and to empty what is empty takes longer than all the rest.
    if (this.place.needs.length > 0) this.place.needs.length = 0
    this.length = scanStruct(this.#reader, this.#kind, this.place)
    return true
  }
}

/** Where a struct begins and ends among the clocks and bytes of its section. */
export interface StructPlace {
  readonly before: number
  readonly clock: number
  readonly length: number
  readonly from: number
  readonly to: number
}

const structGC = 0
const structSkip = 10
const hasOrigin = 0x80
const hasRightOrigin = 0x40
const hasParentKey = 0x20

function scanSection(reader: UpdateReader, kind: DocumentKind): Section {
  const structs = reader.count()
  const client = readClient(reader)
  const clock = reader.number()
  if (structs === 0) throw new MalformedUpdate('no structs')
  const from = reader.position
  const place = placeAt(client, clock)
  const gone: number[] = []
  let asksAncestry = false
  for (let left = structs; left > 0; left--) {
    const added = scanStruct(reader, kind, place)
    if (added === 0) throw new MalformedUpdate('struct of no length')
    asksAncestry ||= place.isAlive && (added > 1 ? place.key !== 'none' : place.isNested)
    if (kind !== 'yjs' && !place.isAlive) noteGone(gone, place.clock, added)
    place.clock += added
  }
  if (place.clock > Number.MAX_SAFE_INTEGER) throw new MalformedUpdate('clock too large')
  const length = place.clock - clock
  const bytes = reader.bytes.subarray(from, reader.position)
  return { client, clock, length, structs, bytes, needs: place.needs, gone, asksAncestry }
}

/** What follows what is gone already makes that longer: it takes two bytes to say, and would take more to remember. */
function noteGone(gone: number[], clock: number, length: number): void {
  const last = gone.length - 2
  if (last >= 0 && (gone[last] as number) + (gone[last + 1] as number) === clock)
    gone[last + 1] = clock + length - (gone[last] as number)
  else gone.push(clock, length)
}

/** Where the struct stands that is being read, and where the references of its section are noted. */
interface Place {
  readonly client: number
  clock: number
  readonly needs: number[]
  /** Of the struct read last: it is the value of a key, it is of none, or it is as the one that it names first. */
  key: 'own' | 'none' | 'named'
  /** It names a neighbour, or if it says itself, the type that it is in. */
  names: boolean
  namedClient: number
  namedClock: number
  /** It holds something. */
  isAlive: boolean
  /** It is a type in another type, which it names. */
  isNested: boolean
}

function placeAt(client: number, clock: number): Place {
  const read = {
    key: 'none',
    names: false,
    namedClient: 0,
    namedClock: 0,
    isAlive: false,
    isNested: false,
  } as const
  return { client, clock, needs: [], ...read }
}

/** Returns how many clocks the struct takes. */
function scanStruct(reader: UpdateReader, kind: DocumentKind, place: Place): number {
  const info = reader.byte()
  const type = info & 31
  place.key = 'none'
  place.names = false
  place.isNested = false
  place.isAlive = type !== structGC && type !== contentDeleted
  if (type === structGC) return reader.number()
  // A hole inside a client's structs: only a client that misses something itself can send one.
  if (type === structSkip) throw new UpdateGap('a hole inside')
  if ((info & hasOrigin) !== 0) scanNeed(reader, place)
  if ((info & hasRightOrigin) !== 0) scanNeed(reader, place)
  if ((info & (hasOrigin | hasRightOrigin)) === 0) {
    scanParent(reader, info, kind, place)
    place.key = (info & hasParentKey) === 0 ? 'none' : 'own'
    place.isNested = place.names && type === contentType
  }
  return scanContent(reader, type, kind)
}

function scanNeed(reader: UpdateReader, place: Place): void {
  const client = readClient(reader)
  const clock = reader.number()
  if (!place.names) {
    place.names = true
    place.key = 'named'
    place.namedClient = client
    place.namedClock = clock
  }
  if (client === place.client) {
    if (clock >= place.clock) throw new MalformedUpdate('refers to itself or to what follows')
    return
  }
  place.needs.push(place.clock, client, clock)
}

function scanParent(reader: UpdateReader, info: number, kind: DocumentKind, place: Place): void {
  if (reader.number() === 1) {
    if (kind === 'yjs') reader.text()
    else if (reader.textValue() !== contentRoot) throw new MalformedUpdate('a root that is not the content')
  } else {
    if (kind !== 'yjs') throw new MalformedUpdate('a type inside the text')
    scanNeed(reader, place)
  }
  if ((info & hasParentKey) !== 0) {
    if (kind !== 'yjs') throw new MalformedUpdate('a key of the text')
    reader.text()
  }
}

/** Yjs writes each client once and its ranges in order, and loses ranges that are not when it has to keep them. */
function scanDeletes(reader: UpdateReader): number[] {
  const deletes: number[] = []
  const count = reader.count()
  const met = metClients(count)
  for (let left = count; left > 0; left--) {
    const client = readClient(reader)
    met(client)
    let end = 0
    for (let ranges = reader.count(); ranges > 0; ranges--) {
      const clock = reader.number()
      const length = reader.number()
      if (length === 0 || clock < end) throw new MalformedUpdate('deletes out of order')
      end = clock + length
      if (end > Number.MAX_SAFE_INTEGER) throw new MalformedUpdate('clock too large')
      deletes.push(client, clock, length)
    }
  }
  return deletes
}

/** To be told of each client of a list of so many: throws when one comes twice. Most lists have one. */
function metClients(count: number): (client: number) => void {
  if (count < 2) return () => {}
  const clients = new Set<number>()
  return (client) => {
    if (clients.has(client)) throw new MalformedUpdate('client twice')
    clients.add(client)
  }
}

function readClient(reader: UpdateReader): number {
  const client = reader.number()
  if (client > limits.maxClientId) throw new MalformedUpdate('client id wider than 32 bits')
  return client
}
