/**
 * What happened to documents, in one order for the whole server. An event is written in the transaction of what it
 * tells of, but for changes of content: of those a document has one event at a time, the latest, written some seconds
 * after the first edit that it tells of. So typing costs no row for each keystroke, and whoever reads on from an old
 * event still meets every document that changed.
 */
import type { ActorId, DocumentId } from '@weft/protocol'
import type { LogPosition } from '@weft/sync'

export const eventTypes = [
  'created',
  'renamed',
  'language',
  'changed',
  'trashed',
  'restored',
  'deleted',
] as const

export type EventType = (typeof eventTypes)[number]

export interface StoredEvent {
  /** 1, 2, 3, … with holes: see above. */
  readonly sequence: number
  readonly type: EventType
  readonly document: DocumentId
  /** Milliseconds since 1970. */
  readonly at: number
  /** `null`: nobody is known, or, of changes, several. */
  readonly actor: ActorId | null
  /** The document's, as are the next two, when it was written. */
  readonly revision: LogPosition
  readonly title: string
  readonly language: string | null
}

export interface EventQuery {
  readonly after: number
  /** `null`: of all. */
  readonly document: DocumentId | null
  readonly limit: number
}

export interface EventPage {
  /** Oldest first. */
  readonly events: readonly StoredEvent[]
  /** Where to read on. */
  readonly next: number
  /** The sequence of the last event of all; 0: there was none. */
  readonly last: number
  /** False: events after `after` are not kept any more, or it is not of this server. Then `events` is empty. */
  readonly isWhole: boolean
}

export interface EventStore {
  read(query: EventQuery): Promise<EventPage>
  /**
   * Writes events of some of the documents whose content changed since they were last told of. No crash loses one
   * that is due. Drops the oldest of too many. `left`: others are due too.
   */
  tellChanges(at: number): Promise<{ readonly told: number; readonly left: boolean }>
}
