/**
 * Word of what was stored, for those who wait for it in this process. It passes with the answer of the storage, so
 * nobody hears of what is not durable (R1); what it says is only that it is time to look.
 */
import type { DocumentId } from '@weft/protocol'
import type { What } from '../watched-storage.ts'

export interface News {
  /** Calls `listener` whenever something of this document was stored; `null`: an event of any. Returns how to stop. */
  hear(document: DocumentId | null, listener: () => void): () => void
  /** It is time to look at this document, or at the events of all. */
  spread(document: DocumentId | null): void
}

export interface NewsDesk {
  readonly news: News
  note(document: DocumentId, what: What): void
  /** Something was stored since the last call: there may be changes to tell of, or events to drop. */
  takeChanged(): boolean
}

export function openNewsDesk(): NewsDesk {
  const listeners = new Map<DocumentId | null, Set<() => void>>()
  let hasChanged = false

  function spread(document: DocumentId | null): void {
    for (const listener of listeners.get(document) ?? []) listener()
  }

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
    note(document, what) {
      spread(document)
      hasChanged = true
      if (what === 'record') spread(null)
    },
    takeChanged() {
      const changed = hasChanged
      hasChanged = false
      return changed
    },
  }
}
