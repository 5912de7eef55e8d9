/**
 * Goes through the structs of a document, each after the one that it names first. Sections of one client are in order,
 * and nothing waits for itself: what is kept has been found to reach to its end (see reach.ts).
 */
import { type SectionBytes, StructReader } from './scan.ts'

/** The structs of one client, as far as they are not looked at. */
interface Cursor {
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

/** `look` keeps nothing of the reader, which goes on. What is not among the sections was there before. */
export function eachStruct(
  sections: readonly SectionBytes[],
  look: (struct: Pick<StructReader, 'place' | 'length'>) => void,
): void {
  const cursors = new Map<number, Cursor>()
  for (const section of sections) {
    const cursor = cursors.get(section.client)
    if (cursor === undefined)
      cursors.set(section.client, { sections: [section], reader: null, done: section.clock })
    else cursor.sections.push(section)
  }

  /** The other that must be looked at first; `null`: it is one of those that were. */
  function needOf({ place }: StructReader): Errand | null {
    if (!place.names || place.namedClient === place.client) return null
    const cursor = cursors.get(place.namedClient)
    return cursor === undefined || cursor.done > place.namedClock ? null : { cursor, clock: place.namedClock }
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

  for (const cursor of cursors.values()) follow({ cursor, clock: Number.POSITIVE_INFINITY })
}

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
