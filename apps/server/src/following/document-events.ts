/**
 * What is told of one document: what was written, from its log, and what happened to it, from the server's events. A
 * place in both is one id, `<revision>.<sequence>`, so reading on from any id repeats nothing and misses nothing.
 */
import type { DocumentEvent, DocumentId } from '@weft/protocol'
import { DocumentGone, type LogPosition, type Timers } from '@weft/sync'
import {
  type DocumentRecord,
  type EventPage,
  RevisionMissing,
  type Storage,
  type StoredEvent,
} from '../storage/storage.ts'
import { WorkerFailure } from '../task-thread.ts'
import type { ChangeReader, Passage, Step, Telling } from './change-reader.ts'

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

export interface Look {
  readonly told: readonly Told[]
  /** Where to look on. */
  readonly place: Place
}

export interface DocumentEvents {
  /** Where a reader starts who wants what comes from now on; of a revision, what comes after it. */
  placeOf(record: DocumentRecord, revision: LogPosition | null): Promise<Place>
  /** Rejects as {@link ChangeReader.read} does, but for what was answered by a reset. */
  look(document: DocumentId, from: Place, telling: Telling): Promise<Look>
}

const eventsAtOnce = 100

export function createDocumentEvents(
  storage: Pick<Storage, 'documents' | 'events'>,
  reader: ChangeReader,
  timers: Pick<Timers, 'now'>,
): DocumentEvents {
  const { documents, events } = storage

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
      if (error instanceof DocumentGone) return { steps: [], revision: after, lineage: '' }
      throw error
    }
  }

  async function reset(document: DocumentId, from: Place): Promise<Look> {
    const record = await documents.get(document)
    const place = { revision: record?.revision ?? from.revision, sequence: await lastSequence() }
    const at = new Date(timers.now()).toISOString()
    return { told: [{ event: { type: 'reset', revision: place.revision, at }, place }], place }
  }

  return {
    async placeOf(record, revision) {
      return { revision: revision ?? record.revision, sequence: await lastSequence() }
    },

    async look(document, from, telling) {
      const [written, page] = await Promise.all([
        passage(document, from.revision, telling),
        events.read({ after: from.sequence, document, limit: eventsAtOnce }),
      ])
      if (written === null || !page.isWhole) return reset(document, from)
      return {
        told: inOrder(from, written.steps, happenings(page)),
        place: { revision: written.revision, sequence: page.next },
      }
    },
  }
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
