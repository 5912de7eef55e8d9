/**
 * Word of what was stored, for those who wait for it in this process. It passes with the answer of the storage, so
 * nobody hears of what is not durable (R1); what it says is only that it is time to look.
 */
import type { DocumentId } from '@weft/protocol'
import type { Storage } from '../storage/storage.ts'

export interface News {
  /** Calls `listener` whenever something of this document was stored; `null`: an event of any. Returns how to stop. */
  hear(document: DocumentId | null, listener: () => void): () => void
  /** Something of this document, or an event of any, was stored by other means than {@link NewsDesk.storage}. */
  spread(document: DocumentId | null): void
}

export interface NewsDesk {
  readonly news: News
  /** As it was given, and all that is stored through it is spread. */
  readonly storage: Storage
  /** Content was stored since the last call. */
  takeChanged(): boolean
}

export function openNewsDesk(storage: Storage): NewsDesk {
  const listeners = new Map<DocumentId | null, Set<() => void>>()
  let hasChanged = false

  function spread(document: DocumentId | null): void {
    for (const listener of listeners.get(document) ?? []) listener()
  }

  async function told<Result>(document: DocumentId, work: Promise<Result>): Promise<Result> {
    const result = await work
    spread(document)
    spread(null)
    return result
  }

  const { documents, updates } = storage
  return {
    news: {
      hear(document, listener) {
        const heard = listeners.get(document) ?? new Set()
        listeners.set(document, heard)
        heard.add(listener)
        return () => {
          heard.delete(listener)
          if (heard.size === 0 && listeners.get(document) === heard) listeners.delete(document)
        }
      },
      spread,
    },
    storage: {
      ...storage,
      documents: {
        ...documents,
        create: (draft) => told(draft.id, documents.create(draft)),
        update: (id, ...rest) => told(id, documents.update(id, ...rest)),
        trash: (id, ...rest) => told(id, documents.trash(id, ...rest)),
        restore: (id, ...rest) => told(id, documents.restore(id, ...rest)),
      },
      updates: {
        read: (document, after) => updates.read(document, after),
        fold: (document, snapshot, upTo) => updates.fold(document, snapshot, upTo),
        async append(document, entries) {
          const position = await updates.append(document, entries)
          hasChanged = true
          spread(document)
          return position
        },
      },
    },
    takeChanged() {
      const changed = hasChanged
      hasChanged = false
      return changed
    },
  }
}
