import type { DocumentId } from '@weft/protocol'
import type { Storage } from './storage/storage.ts'

/** The storage, with word of each document that something was written to, after it was. */
export function watchedStorage(storage: Storage, onChanged: (id: DocumentId) => void): Storage {
  const { documents, updates } = storage

  async function told<Result>(id: DocumentId, writing: Promise<Result>): Promise<Result> {
    const result = await writing
    onChanged(id)
    return result
  }

  return {
    ...storage,
    documents: {
      ...documents,
      create: (draft) => told(draft.id, documents.create(draft)),
      update: (id, changes, at) => told(id, documents.update(id, changes, at)),
      trash: (id, at) => told(id, documents.trash(id, at)),
      restore: (id) => told(id, documents.restore(id)),
      async purge(ids) {
        const purged = await documents.purge(ids)
        for (const id of purged) onChanged(id)
        return purged
      },
    },
    updates: {
      ...updates,
      append: (document, entries) => told(document, updates.append(document, entries)),
    },
  }
}
