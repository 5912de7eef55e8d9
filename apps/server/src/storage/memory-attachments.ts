/** Rows of attachments in memory; their files are in a folder of the system's, which goes when the storage closes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DocumentId, limits } from '@weft/protocol'
import { DocumentGone } from '@weft/sync'
import { type AttachmentFiles, openAttachmentFiles } from './attachment-files.ts'
import { type AttachmentRows, attachmentStore } from './attachment-store.ts'
import { type AttachmentRecord, type AttachmentStore, AttachmentsFull } from './attachments.ts'
import type { Held } from './memory-held.ts'
import type { Passage } from './memory-passage.ts'

export interface MemoryAttachments extends AttachmentStore {
  readonly first: FirstAttachments
  close(): Promise<void>
}

/** Those of a document that is being made, inside its transaction. */
export interface FirstAttachments {
  /** Throws {@link AttachmentsFull}. */
  requireRoom(records: readonly AttachmentRecord[]): void
  add(records: readonly AttachmentRecord[]): void
}

export function memoryAttachments(
  documents: ReadonlyMap<DocumentId, Held>,
  passage: Passage,
): MemoryAttachments {
  const folder = temporaryFiles()
  const { first, ...rows } = memoryRows(documents, passage)
  return { ...attachmentStore(rows, folder.files), first, close: folder.close }
}

function memoryRows(
  documents: ReadonlyMap<DocumentId, Held>,
  passage: Passage,
): AttachmentRows & { readonly first: FirstAttachments } {
  const rows = new Map<string, AttachmentRecord>()
  const of = (document: DocumentId) =>
    [...rows.values()]
      .filter((record) => record.document === document)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))

  function requireRoom(records: readonly AttachmentRecord[]): void {
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0)
    if (records.length > limits.attachmentsPerDocument || bytes > limits.documentAttachmentBytes)
      throw new AttachmentsFull('the document has no room')
  }

  return {
    first: {
      requireRoom,
      add(records) {
        for (const record of records) rows.set(record.id, record)
      },
    },
    insert: (record) =>
      passage.write(() => {
        if (documents.get(record.document)?.record.trashedAt !== null)
          throw new DocumentGone(`document ${record.document} takes no attachment`)
        requireRoom([...of(record.document), record])
        rows.set(record.id, record)
      }),
    get: (id) => passage.read(() => rows.get(id) ?? null),
    list: (document) => passage.read(() => of(document)),
    remove: (id) =>
      passage.write(() => {
        const record = rows.get(id) ?? null
        rows.delete(id)
        return record
      }),
    mark: (ids, unmentionedSince) =>
      passage.write(() => {
        for (const id of ids) {
          const record = rows.get(id)
          if (record !== undefined) rows.set(id, { ...record, unmentionedSince })
        }
      }),
    documents: (after, limit) =>
      passage.read(() => {
        const ids = new Set([...rows.values()].map(({ document }) => document))
        return [...ids]
          .sort()
          .filter((id) => after === null || id > after)
          .slice(0, limit)
      }),
    inUse: (digests) =>
      passage.read(() => {
        const used = new Set([...rows.values()].map(({ digest }) => digest))
        return digests.filter((digest) => used.has(digest))
      }),
  }
}

/** Made when the first file comes. */
function temporaryFiles(): { readonly files: AttachmentFiles; close(): Promise<void> } {
  let opened: Promise<{ readonly path: string; readonly files: AttachmentFiles }> | null = null
  const folder = () => {
    opened ??= mkdtemp(join(tmpdir(), 'weft-attachments-')).then(async (path) => ({
      path,
      files: await openAttachmentFiles(path),
    }))
    return opened
  }
  return {
    files: {
      receive: async (...args) => (await folder()).files.receive(...args),
      discard: async (file) => (await folder()).files.discard(file),
      keep: async (file, work) => (await folder()).files.keep(file, work),
      keepAll: async (files, work) =>
        files.length === 0 ? work(new Set()) : (await folder()).files.keepAll(files, work),
      drop: async (...args) => (await folder()).files.drop(...args),
      open: async (...args) => (await folder()).files.open(...args),
      async *digests() {
        if (opened !== null) yield* (await opened).files.digests()
      },
    },
    async close() {
      if (opened !== null) await rm((await opened).path, { recursive: true, force: true })
    },
  }
}
