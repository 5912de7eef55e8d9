/**
 * Documents that stay open in the document worker: building a large one takes a hundred times as long as going on
 * from the revision before. Nothing is lost with them; what is not open is built again.
 */
import { type OpenContent, openContent } from '@weft/document'
import { joinedUpdates, type LogPosition } from '@weft/sync'
import { LRUCache } from 'lru-cache'
import { type OfSource, type PackedSource, unpackUpdates } from './document-tasks.ts'

interface OpenDocument {
  readonly content: OpenContent
  revision: LogPosition
  /** Of the updates that it was made of. */
  bytes: number
}

export interface OpenDocuments {
  /** Throws as Yjs does on what it does not accept. */
  use<Value>(source: PackedSource, work: (content: OpenContent) => Value): OfSource<Value>
}

/** Smaller ones are built as quickly. */
const leastBytes = 64 * 1024
/** Of updates. Open they take some forty times as much. */
const mostBytes = 4 * 1024 * 1024
const most = 8

export function openDocuments(): OpenDocuments {
  const open = new LRUCache<string, OpenDocument>({
    max: most,
    maxSize: mostBytes,
    dispose: ({ content }) => content.close(),
  })

  /** `null`: there is none that is not further already. */
  function goOn(source: PackedSource): OpenDocument | null {
    const { key, after, upTo } = source
    const document = open.get(key)
    if (document === undefined || document.revision < after || document.revision > upTo) return null
    try {
      // Those that it has make no difference.
      document.content.apply(joinedUpdates(unpackUpdates(source.updates)))
    } catch (error) {
      open.delete(key)
      throw error
    }
    document.revision = upTo
    document.bytes += source.updates.bytes.length
    return document
  }

  return {
    use(source, work) {
      if (source.after > 0) {
        const document = goOn(source)
        if (document === null) return { type: 'closed' }
        const value = work(document.content)
        // Counted anew: what has grown too large is closed, or others are.
        open.set(source.key, { ...document }, { size: document.bytes, noDisposeOnSet: true })
        return { type: 'done', value, isOpen: open.has(source.key) }
      }
      const { key, upTo, updates } = source
      const size = updates.bytes.length
      const isOpen = size >= leastBytes && size <= mostBytes && (open.peek(key)?.revision ?? 0) <= upTo
      const content = openContent()
      let isKept = false
      try {
        content.apply(joinedUpdates(unpackUpdates(updates)))
        if (isOpen) open.set(key, { content, revision: upTo, bytes: size }, { size })
        isKept = isOpen
        return { type: 'done', value: work(content), isOpen }
      } finally {
        if (!isKept) content.close()
      }
    },
  }
}
