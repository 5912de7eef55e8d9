/** DocumentStore in memory. Each function that `passage` runs is one transaction: nothing comes between. */
import type { ActorId, DocumentId } from '@weft/protocol'
import type { ClientOwners, LogPosition } from '@weft/sync'
import { toPage } from './document-page.ts'
import { eventsOf } from './events-of.ts'
import { foldedTitle } from './folded-title.ts'
import type { MemoryEvents } from './memory-events.ts'
import type { Passage } from './memory-passage.ts'
import {
  type DocumentDraft,
  DocumentExists,
  type DocumentQuery,
  type DocumentRecord,
  type DocumentStore,
} from './storage.ts'

/** All that is kept of a document. */
export interface Held {
  record: DocumentRecord
  snapshot: (Stored & { readonly index: Uint8Array | null; readonly owners: ClientOwners }) | null
  /** Those after the snapshot. */
  entries: StoredEntry[]
  /** Those that were folded. */
  past: StoredEntry[]
}

export interface Stored {
  readonly position: LogPosition
  readonly bytes: Uint8Array
}

export interface StoredEntry extends Stored {
  readonly actor: ActorId
  readonly at: number
}

export function memoryDocuments(
  documents: Map<DocumentId, Held>,
  passage: Passage,
  events: MemoryEvents,
): DocumentStore {
  function change(
    id: DocumentId,
    { at, by }: { readonly at: number; readonly by: ActorId | null },
    changed: (record: DocumentRecord) => DocumentRecord,
  ): DocumentRecord | null {
    const held = documents.get(id)
    if (held === undefined) return null
    const before = held.record
    held.record = changed(before)
    const types = eventsOf(before, held.record)
    if (types.length > 0) events.tellChange(id, at)
    for (const type of types) events.record(type, held.record, at, by)
    return held.record
  }

  return {
    create(draft) {
      const first =
        draft.first === null ? null : { ...draft.first, update: new Uint8Array(draft.first.update) }
      return passage.write(() => {
        if (documents.has(draft.id)) throw new DocumentExists(`document ${draft.id} exists`)
        const record = firstRecord(draft)
        const entries =
          first === null ? [] : [{ position: 1, bytes: first.update, actor: first.actor, at: first.at }]
        documents.set(draft.id, { record, snapshot: null, entries, past: [] })
        events.record('created', record, draft.createdAt, draft.createdBy)
        return record
      })
    },

    get: (id) => passage.read(() => documents.get(id)?.record ?? null),

    getMany: (ids) => passage.read(() => ids.flatMap((id) => documents.get(id)?.record ?? [])),

    list: (query) =>
      passage.read(() => {
        const records = [...documents.values()].map(({ record }) => record)
        return toPage(records.filter((record) => isListed(record, query)).sort(byChange), query.limit)
      }),

    update(id, changes, at, by = null) {
      const named = { ...changes }
      return passage.write(() => {
        if (documents.get(id)?.record.trashedAt !== null) return null
        return change(id, { at, by }, (record) => ({
          ...record,
          title: named.title ?? record.title,
          language: named.language === undefined ? record.language : named.language,
          updatedAt: at,
        }))
      })
    },

    trash: (id, at, by = null) =>
      passage.write(() =>
        change(id, { at, by }, (record) => ({ ...record, trashedAt: record.trashedAt ?? at })),
      ),

    restore: (id, at, by = null) =>
      passage.write(() => change(id, { at, by }, (record) => ({ ...record, trashedAt: null }))),
  }
}

function firstRecord({ first, ...draft }: DocumentDraft): DocumentRecord {
  return { ...draft, revision: first === null ? 0 : 1, updatedAt: draft.createdAt, trashedAt: null }
}

function isListed(record: DocumentRecord, { trashed, title, after }: DocumentQuery): boolean {
  if ((record.trashedAt !== null) !== trashed) return false
  if (title !== null && !foldedTitle(record.title).includes(foldedTitle(title))) return false
  return after === null || byChange(record, after) > 0
}

/** Newest change first; ids, which are ASCII, decide between equals. */
function byChange(
  a: Pick<DocumentRecord, 'updatedAt' | 'id'>,
  b: Pick<DocumentRecord, 'updatedAt' | 'id'>,
): number {
  if (a.updatedAt !== b.updatedAt) return b.updatedAt - a.updatedAt
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
