import type { DocumentId } from '@weft/protocol'
import type { Storage } from './storage/storage.ts'

/** Something was written in the document, or something was done to it. */
export type What = 'content' | 'record'

/** The storage, with word of each document that something was written to, after it was. */
export function watchedStorage(
  storage: Storage,
  onChanged: (id: DocumentId, what: What) => void,
  /** It was deleted for good. */
  onPurged: (id: DocumentId) => void = () => {},
): Storage {
  const { documents, updates } = storage

  function told<Result>(id: DocumentId, what: What, writing: Promise<Result>): Promise<Result> {
    return writing.then((result) => {
      onChanged(id, what)
      return result
    })
  }

  return {
    ...storage,
    documents: {
      ...documents,
      create: (draft) => told(draft.id, 'record', documents.create(draft)),
      update: (id, ...rest) => told(id, 'record', documents.update(id, ...rest)),
      trash: (id, ...rest) => told(id, 'record', documents.trash(id, ...rest)),
      restore: (id, ...rest) => told(id, 'record', documents.restore(id, ...rest)),
      async purge(...given) {
        const purged = await documents.purge(...given)
        for (const id of purged) {
          onChanged(id, 'record')
          onPurged(id)
        }
        return purged
      },
    },
    updates: {
      ...updates,
      append: (document, entries) => told(document, 'content', updates.append(document, entries)),
    },
  }
}
