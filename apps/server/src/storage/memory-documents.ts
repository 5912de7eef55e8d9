/** DocumentStore in memory. Each function that `passage` runs is one transaction: nothing comes between. */
import { type ActorId, type DocumentId, type FolderId, limits } from '@weft/protocol'
import { toPage } from './document-order.ts'
import { eventsOf } from './events-of.ts'
import type { FirstAttachments } from './memory-attachments.ts'
import type { MemoryEvents } from './memory-events.ts'
import type { Held } from './memory-held.ts'
import { isListed, listOrder } from './memory-lists.ts'
import type { MemoryMarks } from './memory-marks.ts'
import type { Passage } from './memory-passage.ts'
import { retagged, tooManyTags } from './retagged.ts'
import {
  type DocumentDraft,
  DocumentExists,
  type DocumentRecord,
  type DocumentStore,
  FolderMissing,
  LimitReached,
  QuotaReached,
  type Quotas,
} from './storage.ts'

/** What documents are put into, and what hangs on them. */
export interface Surroundings {
  readonly folders: { has(id: FolderId): boolean }
  readonly marks: Pick<MemoryMarks, 'isStarred'>
  readonly quotas: Quotas
  readonly events: MemoryEvents
  readonly attachments: FirstAttachments
  /** Inside the transaction. */
  readonly onPurge: (id: DocumentId) => void
}

export function memoryDocuments(
  documents: Map<DocumentId, Held>,
  { folders, marks, quotas, events, attachments, onPurge }: Surroundings,
  passage: Passage,
): DocumentStore {
  /** Of documents that were deleted for good. */
  const retired = new Set<DocumentId>()

  function requireRoom(author: ActorId): void {
    const all = [...documents.values()]
    const own = all.filter(({ record }) => record.createdBy === author)
    const bytes = all.reduce((sum, held) => sum + sizeOf(held), 0)
    for (const [quota, used] of [
      [quotas.documents, all.length],
      [quotas.documentsPerActor, own.length],
      [quotas.bytes, bytes],
    ] as const) {
      if (quota > 0 && used >= quota) throw new QuotaReached(`There is room for ${quota}.`)
    }
  }

  function requireFolder(id: FolderId | null | undefined): void {
    if (id != null && !folders.has(id)) throw new FolderMissing(`there is no folder ${id}`)
  }

  /** Outside the trash. */
  function listed(): DocumentRecord[] {
    return [...documents.values()].flatMap(({ record }) => (record.trashedAt === null ? record : []))
  }

  function pinnedBeside(id: DocumentId): number {
    return listed().filter((record) => record.isPinned && record.id !== id).length
  }

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
        requireFolder(draft.folder)
        if (documents.has(draft.id) || retired.has(draft.id))
          throw new DocumentExists(`document ${draft.id} exists`)
        attachments.requireRoom(draft.attachments ?? [])
        requireRoom(draft.createdBy)
        const record = firstRecord(draft)
        const entries =
          first === null ? [] : [{ position: 1, bytes: first.update, actor: first.actor, at: first.at }]
        documents.set(draft.id, { record, snapshot: null, entries, past: [] })
        attachments.add(draft.attachments ?? [])
        events.record('created', record, draft.createdAt, draft.createdBy)
        return record
      })
    },

    get: (id) => passage.read(() => documents.get(id)?.record ?? null),

    getMany: (ids) => passage.read(() => ids.flatMap((id) => documents.get(id)?.record ?? [])),

    list: (query) =>
      passage.read(() => {
        const records = [...documents.values()].map(({ record }) => record)
        const found = records.filter((record) => isListed(record, query, marks))
        return toPage(found.sort(listOrder(query)), query)
      }),

    tags: ({ prefix, limit }) =>
      passage.read(() => {
        const counts = new Map<string, number>()
        for (const tag of listed().flatMap(({ tags }) => tags)) {
          if (tag.startsWith(prefix)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
        }
        const inOrder = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        return inOrder.slice(0, limit).map(([tag, count]) => ({ tag, documents: count }))
      }),

    update(id, changes, at, by = null) {
      const { title, language, retag, ...standing } = changes
      const isRenamed = title !== undefined || language !== undefined
      return passage.write(() => {
        requireFolder(standing.folder)
        if (standing.isPinned === true && pinnedBeside(id) >= limits.pinnedDocuments)
          throw new LimitReached(`At most ${limits.pinnedDocuments} documents can be pinned.`)
        if (documents.get(id)?.record.trashedAt !== null) return null
        const before = documents.get(id)?.record.tags ?? []
        const tags = retag === undefined ? (standing.tags ?? before) : retagged(before, retag)
        if (tags === null) throw new LimitReached(tooManyTags)
        return change(id, { at, by }, (record) => ({
          ...record,
          ...standing,
          tags,
          title: title ?? record.title,
          language: language === undefined ? record.language : language,
          updatedAt: isRenamed ? at : record.updatedAt,
        }))
      })
    },

    trash: (id, at, by = null) =>
      passage.write(() =>
        change(id, { at, by }, (record) => ({ ...record, trashedAt: record.trashedAt ?? at })),
      ),

    restore: (id, at, by = null) =>
      passage.write(() =>
        change(id, { at, by }, (record) => {
          const { folder } = record
          return {
            ...record,
            trashedAt: null,
            isPinned: record.isPinned && pinnedBeside(id) < limits.pinnedDocuments,
            folder: folder !== null && folders.has(folder) ? folder : null,
          }
        }),
      ),

    trashedBefore: (before, limit) =>
      passage.read(() => {
        const trashed = [...documents.values()].flatMap(({ record: { id, trashedAt } }) =>
          trashedAt !== null && trashedAt < before ? { id, trashedAt } : [],
        )
        const inOrder = trashed.sort((a, b) => a.trashedAt - b.trashedAt)
        return inOrder.slice(0, limit).map(({ id }) => id)
      }),

    purge: (ids, at, by = null) =>
      passage.write(() =>
        ids.filter((id) => {
          const record = documents.get(id)?.record
          if (record === undefined || record.trashedAt === null) return false
          retired.add(id)
          events.forget(id)
          onPurge(id)
          events.record('deleted', { ...record, title: '', language: null }, at, by)
          return documents.delete(id)
        }),
      ),
  }
}

function firstRecord({
  first,
  attachments: _,
  folder,
  tags,
  isTemplate,
  ...draft
}: DocumentDraft): DocumentRecord {
  return {
    ...draft,
    revision: first === null ? 0 : 1,
    updatedAt: draft.createdAt,
    trashedAt: null,
    folder: folder ?? null,
    tags: tags ?? [],
    isPinned: false,
    isTemplate: isTemplate ?? false,
  }
}

function sizeOf({ snapshot, entries, past }: Held): number {
  return [...(snapshot === null ? [] : [snapshot]), ...entries, ...past].reduce(
    (sum, { bytes }) => sum + bytes.length,
    0,
  )
}
