/** What is told of all documents: the stored events, and what those documents are now, by which rights are held. */
import { type DocumentId, limits, type ServerEvent } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { DocumentRecord, Storage, StoredEvent } from '../storage/storage.ts'
import { sharedLooks } from './shared-looks.ts'

/** `document`: `null` of a reset. */
export interface ToldEvent {
  readonly event: ServerEvent
  readonly document: DocumentId | null
  readonly sequence: number
}

/** One value for all who look at the same place together. */
export interface ServerLook {
  /** One reset, if what came after `from` is not kept any more, or it is no place of this server. */
  readonly events: readonly ToldEvent[]
  /** Of those documents that are not deleted for good. */
  readonly records: ReadonlyMap<DocumentId, DocumentRecord>
  readonly from: number
  /** Where to look on. */
  readonly next: number
  /** There is more. */
  readonly isPart: boolean
}

export interface ServerEvents {
  lastSequence(): Promise<number>
  look(after: number): Promise<ServerLook>
}

const eventsAtOnce = 100

export function createServerEvents(
  { documents, events }: Pick<Storage, 'documents' | 'events'>,
  timers: Timers,
): ServerEvents {
  const looks = sharedLooks<ServerLook>({
    timers,
    restMs: limits.followMs,
    isNothing: ({ events, from, next }) => events.length === 0 && next === from,
    behind: ({ next, isPart }) => (isPart ? `${next}` : null),
  })

  async function lookAt(after: number): Promise<ServerLook> {
    const page = await events.read({ after, document: null, limit: eventsAtOnce })
    const { next, last, isWhole } = page
    if (!isWhole) {
      const event = { type: 'reset', at: iso(timers.now()) } as const
      return {
        events: [{ event, document: null, sequence: last }],
        records: new Map(),
        from: after,
        next,
        isPart: false,
      }
    }
    const ids = [...new Set(page.events.map(({ document }) => document))]
    const records = ids.length === 0 ? [] : await documents.getMany(ids)
    return {
      events: page.events.map((stored) => {
        const { document, sequence } = stored
        return { event: eventOf(stored), document, sequence }
      }),
      records: new Map(records.map((record) => [record.id, record])),
      from: after,
      next,
      isPart: next < last,
    }
  }

  return {
    lastSequence: async () => (await events.read({ after: 0, document: null, limit: 1 })).last,
    look: (after) => looks.at('', `${after}`, () => lookAt(after)),
  }
}

function eventOf({ type, document, title, language, revision, actor, at }: StoredEvent): ServerEvent {
  return { type, document, title, language, revision, actor, at: iso(at) }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
