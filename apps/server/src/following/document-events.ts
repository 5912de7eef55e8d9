/**
 * What is told of one document: what was written, from its log, and what happened to it, from the server's events. A
 * place in both is one id, `<revision>.<sequence>`, so reading on from any id repeats nothing and misses nothing.
 */
import { type DocumentEvent, type DocumentId, limits } from '@weft/protocol'
import { DocumentGone, type LogPosition, type Timers } from '@weft/sync'
import { LRUCache } from 'lru-cache'
import {
  type DocumentRecord,
  type EventPage,
  RevisionMissing,
  type Storage,
  type StoredEvent,
} from '../storage/storage.ts'
import { WorkerFailure } from '../task-thread.ts'
import type { ChangeReader, Passage, Step, Telling } from './change-reader.ts'
import { sharedLooks } from './shared-looks.ts'

/** Where a reader is. */
export interface Place {
  readonly revision: LogPosition
  readonly sequence: number
}

/** One event, and where its reader is after it. */
export type Told = { readonly place: Place } & (
  | { readonly step: Step }
  | { readonly event: Exclude<DocumentEvent, { readonly type: 'changed' }> }
)

/** One value for all who look at the same place together. */
export interface Look {
  readonly told: readonly Told[]
  /** What it was a look at: the place that was asked for, or a later one between which and that nothing happened. */
  readonly from: Place
  /** Where to look on. */
  readonly place: Place
  /** There is more. */
  readonly isPart: boolean
}

export interface DocumentEvents {
  /** Where a reader starts who wants what comes from now on; of a revision, what comes after it. */
  placeOf(record: DocumentRecord, revision: LogPosition | null): Promise<Place>
  /** Rejects as {@link ChangeReader.read} does, but for what was answered by a reset. */
  look(document: DocumentId, from: Place, telling: Telling): Promise<Look>
}

const eventsAtOnce = 100
const quietKept = 4_096

/** Of a document, nothing happened behind the first sequence and up to the second. */
interface Quiet {
  readonly from: number
  readonly to: number
}

export function createDocumentEvents(
  storage: Pick<Storage, 'documents' | 'events'>,
  reader: ChangeReader,
  timers: Timers,
): DocumentEvents {
  const { documents, events } = storage
  const quiet = new LRUCache<DocumentId, Quiet>({ max: quietKept })
  const looks = sharedLooks<Look>({
    timers,
    restMs: limits.followMs,
    isNothing: ({ told, from, place }) => told.length === 0 && place.revision === from.revision,
    behind: ({ place, isPart }) => (isPart ? nameOf(place) : null),
  })

  /** Whoever follows a document was here at another time, and the server's events went on: they share looks all the same. */
  function latest(document: DocumentId, place: Place): Place {
    const known = quiet.get(document)
    const isQuiet = known !== undefined && place.sequence >= known.from && place.sequence <= known.to
    return isQuiet ? { ...place, sequence: known.to } : place
  }

  function noteQuiet(document: DocumentId, { from, to }: Quiet): void {
    const known = quiet.get(document)
    if (known === undefined || known.to < from) quiet.set(document, { from, to })
    else if (known.from <= to)
      quiet.set(document, { from: Math.min(known.from, from), to: Math.max(known.to, to) })
  }

  async function lastSequence(): Promise<number> {
    return (await events.read({ after: 0, document: null, limit: 1 })).last
  }

  /** `null`: it cannot be told. */
  async function passage(
    document: DocumentId,
    after: LogPosition,
    telling: Telling,
  ): Promise<Passage | null> {
    try {
      return await reader.read(document, after, telling)
    } catch (error) {
      // Who came back for it would meet the same again, and never get past it.
      if (error instanceof RevisionMissing || error instanceof WorkerFailure) return null
      // In the trash: nothing is read of it until it is restored.
      if (error instanceof DocumentGone) return { steps: [], base: after, revision: after, isPart: false }
      throw error
    }
  }

  async function reset(document: DocumentId, from: Place): Promise<Look> {
    // First: what happens while the document is looked up is told after it.
    const sequence = await lastSequence()
    const place = { revision: (await documents.get(document))?.revision ?? from.revision, sequence }
    const at = new Date(timers.now()).toISOString()
    const event = { type: 'reset', revision: place.revision, at } as const
    return { told: [{ event, place }], from, place, isPart: false }
  }

  async function lookAt(document: DocumentId, from: Place, telling: Telling): Promise<Look> {
    const [written, page] = await Promise.all([
      passage(document, from.revision, telling),
      events.read({ after: from.sequence, document, limit: eventsAtOnce }),
    ])
    if (written === null || !page.isWhole) return reset(document, from)
    const happened = happenings(page)
    noteQuiet(document, { from: happened.length > 0 ? page.next : from.sequence, to: page.next })
    return {
      told: inOrder(from, written.steps, happened),
      from,
      place: { revision: written.revision, sequence: page.next },
      isPart: written.isPart || page.next < page.last,
    }
  }

  return {
    async placeOf(record, revision) {
      return { revision: revision ?? record.revision, sequence: await lastSequence() }
    },

    look(document, from, telling) {
      const start = latest(document, from)
      return looks.at(`${document} ${telling}`, nameOf(start), () => lookAt(document, start, telling))
    },
  }
}

/** As readers are told it. */
export function nameOf({ revision, sequence }: Place): string {
  return `${revision}.${sequence}`
}

type Happening = Exclude<DocumentEvent, { readonly type: 'changed' }>

interface Happened {
  readonly event: Happening
  readonly sequence: number
  readonly at: number
}

function happenings({ events }: EventPage): readonly Happened[] {
  return events.flatMap((stored) => {
    const event = eventOf(stored)
    return event === null ? [] : [{ event, sequence: stored.sequence, at: stored.at }]
  })
}

/** By time, each kind in its own order: a place names how far one is in both. */
function inOrder(from: Place, steps: readonly Step[], happened: readonly Happened[]): readonly Told[] {
  const told: Told[] = []
  let place = from
  let next = 0
  const tellUntil = (at: number) => {
    for (let one = happened[next]; one !== undefined && one.at <= at; one = happened[++next]) {
      place = { ...place, sequence: one.sequence }
      told.push({ event: one.event, place })
    }
  }
  for (const step of steps) {
    tellUntil(step.at)
    place = { ...place, revision: step.revision }
    told.push({ step, place })
  }
  tellUntil(Number.POSITIVE_INFINITY)
  return told
}

/** `null`: the log tells it better. */
function eventOf(stored: StoredEvent): Exclude<DocumentEvent, { type: 'changed' | 'reset' }> | null {
  const { type, actor, title, language } = stored
  const at = new Date(stored.at).toISOString()
  switch (type) {
    case 'changed':
      return null
    case 'created':
    case 'renamed':
      return { type, title, actor, at }
    case 'language':
      return { type, language, actor, at }
    case 'trashed':
    case 'restored':
    case 'deleted':
      return { type, actor, at }
  }
}
