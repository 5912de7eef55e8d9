/**
 * Which structs are values of a key, as those of a map are. Only documents of any types have them.
 *
 * Rule: what is alive and the value of a key takes one clock. Yjs writes no other, and believes that of the values of a
 * key all but the last are deleted: one of several clocks that is cut in two leaves one alive that is not the last, and
 * whoever deletes the map later gets an error, and tells nobody of any edit from then on.
 *
 * A struct that names a neighbour has that one's key, so this is known only by way of all others. They are looked at
 * when it first matters: most documents never have a struct for which it does.
 */
import type { DocumentKind } from '@weft/protocol'
import { DeleteSet, deleteSetOf, forEachDelete } from './delete-set.ts'
import { MalformedUpdate } from './errors.ts'
import { type ScannedUpdate, type SectionBytes, StructReader } from './scan.ts'

/** Clocks that are values of keys. */
type Keyed = DeleteSet

export class KeyedValues {
  readonly #kind: DocumentKind
  readonly #all: () => readonly SectionBytes[]
  #known: Keyed | null = null

  /** `all`: everything that is there, of one client in order. */
  constructor(kind: DocumentKind, all: () => readonly SectionBytes[]) {
    this.#kind = kind
    this.#all = all
  }

  /** Those of an update that continues what is there; `null`: nobody asked yet. Throws {@link MalformedUpdate}. */
  of(update: ScannedUpdate): Keyed | null {
    if (this.#kind !== 'yjs' || update.sections.length === 0) return null
    if (this.#known === null && !update.sections.some(({ maySplitKeys }) => maySplitKeys)) return null
    this.#known ??= keyedIn(this.#all(), nobody, () => {})
    const deleted = deleteSetOf(update.deletes)
    return keyedIn(update.sections, this.#known, (client, clock, length) => {
      if (!deleted.has(client, clock, length)) throw new MalformedUpdate('several values of one key')
    })
  }

  /** What {@link of} gave is there now. */
  add(keyed: Keyed | null): void {
    if (keyed === null) return
    forEachDelete(keyed.triples(), (client, clock, length) => this.#known?.add(client, clock, length))
  }

  /** More is there than was added. */
  forget(): void {
    this.#known = null
  }
}

const nobody: Keyed = new DeleteSet()

/** The structs of one client, as far as they are not looked at. */
interface Cursor {
  readonly client: number
  readonly sections: SectionBytes[]
  reader: StructReader | null
  /** What is before this clock is looked at. */
  done: number
}

interface Errand {
  readonly cursor: Cursor
  /** To be looked at. */
  readonly clock: number
}

/** `before`: those that the sections build on. `onSeveral` hears of living ones of several clocks. */
function keyedIn(
  sections: readonly SectionBytes[],
  before: Keyed,
  onSeveral: (client: number, clock: number, length: number) => void,
): Keyed {
  const keyed = new DeleteSet()
  const cursors = new Map<number, Cursor>()
  for (const section of sections) {
    const { client, clock } = section
    const cursor = cursors.get(client)
    if (cursor === undefined) cursors.set(client, { client, sections: [section], reader: null, done: clock })
    else cursor.sections.push(section)
  }

  /** The other that must be looked at first; `null`: it is one of those that were. */
  function needOf({ place }: StructReader): Errand | null {
    if (place.key !== 'named' || place.namedClient === place.client) return null
    const cursor = cursors.get(place.namedClient)
    return cursor === undefined || cursor.done > place.namedClock ? null : { cursor, clock: place.namedClock }
  }

  function look({ place, length }: StructReader): void {
    const { client, clock, key, namedClient, namedClock } = place
    const isKeyed =
      key === 'own' ||
      (key === 'named' && (keyed.has(namedClient, namedClock, 1) || before.has(namedClient, namedClock, 1)))
    if (!isKeyed) return
    keyed.add(client, clock, length)
    if (place.isAlive && length > 1) onSeveral(client, clock, length)
  }

  /** Not by recursion: who answers whom may be as long as the document. */
  function follow(first: Errand): void {
    const errands = [first]
    const underWay = new Set([first.cursor])
    for (let errand = errands.at(-1); errand !== undefined; errand = errands.at(-1)) {
      const need = advance(errand, underWay)
      if (need === null) {
        errands.pop()
        underWay.delete(errand.cursor)
      } else {
        errands.push(need)
        underWay.add(need.cursor)
      }
    }
  }

  /** Goes on with one client until its errand is done (`null`), or until another must be looked at first. */
  function advance({ cursor, clock }: Errand, underWay: ReadonlySet<Cursor>): Errand | null {
    while (cursor.done <= clock) {
      const reader = structAfter(cursor)
      if (reader === null) return null
      const need = needOf(reader)
      if (need !== null && !underWay.has(need.cursor)) return need
      look(reader)
      cursor.done = reader.place.clock + reader.length
    }
    return null
  }

  for (const cursor of cursors.values()) follow({ cursor, clock: Number.POSITIVE_INFINITY })
  return keyed

  /** The struct at `done`, read once; `null`: there is none. */
  function structAfter(cursor: Cursor): StructReader | null {
    for (;;) {
      const { reader, done } = cursor
      if (reader !== null && reader.length > 0 && reader.place.clock >= done) return reader
      if (reader?.next() === true) continue
      const section = cursor.sections.shift()
      if (section === undefined) return null
      cursor.reader = new StructReader(section, 'yjs')
    }
  }
}
