/** Events in memory: see event-store.ts. None is dropped. */
import type { ActorId, DocumentId } from '@weft/protocol'
import type { EventStore, EventType, StoredEvent } from './event-store.ts'
import type { Passage } from './memory-passage.ts'
import type { DocumentRecord } from './storage.ts'

/** All but what the port has is called inside a transaction. */
export interface MemoryEvents extends EventStore {
  record(type: EventType, document: DocumentRecord, at: number, actor: ActorId | null): void
  noteChange(document: DocumentId): void
  tellChange(document: DocumentId, at: number): void
  /** It is deleted for good: what was told of it stays, without what it was called. */
  forget(document: DocumentId): void
  after(sequence: number, most: number): { readonly events: readonly StoredEvent[]; readonly last: number }
}

export function memoryEvents(
  recordOf: (id: DocumentId) => DocumentRecord | null,
  passage: Passage,
): MemoryEvents {
  let events: StoredEvent[] = []
  let last = 0
  const untold = new Set<DocumentId>()

  function record(type: EventType, document: DocumentRecord, at: number, actor: ActorId | null): void {
    const { id, revision, title, language } = document
    events.push({ sequence: ++last, type, document: id, at, actor, revision, title, language })
  }

  function tellChange(document: DocumentId, at: number): void {
    if (!untold.delete(document)) return
    const found = recordOf(document)
    if (found === null) return
    events = events.filter((event) => event.document !== document || event.type !== 'changed')
    record('changed', found, at, null)
  }

  return {
    record,
    noteChange: (document) => void untold.add(document),
    tellChange,
    forget(document) {
      untold.delete(document)
      events = events
        .filter((event) => event.document !== document || event.type !== 'changed')
        .map((event) => (event.document === document ? { ...event, title: '', language: null } : event))
    },
    after: (sequence, most) => ({
      events: events.filter((event) => event.sequence > sequence).slice(0, most),
      last,
    }),
    tellChanges: (at) =>
      passage.write(() => {
        const now = [...untold]
        for (const document of now) tellChange(document, at)
        return { told: now.length, left: false }
      }),
    read: ({ after, document, limit }) =>
      passage.read(() => {
        if (after > last) return { events: [], next: last, last, isWhole: false }
        const found = events
          .filter((event) => event.sequence > after && (document === null || event.document === document))
          .slice(0, limit)
        const next = found.length < limit ? last : (found.at(-1)?.sequence ?? last)
        return { events: found, next, last, isWhole: true }
      }),
  }
}
