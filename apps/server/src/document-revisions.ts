/**
 * Revisions of documents, for work in the document worker: read from the log or its history, from where the worker
 * has the document open if it has.
 */
import type { DocumentId } from '@weft/protocol'
import type { LogPosition, LogSlice, UpdateLog } from '@weft/sync'
import { LRUCache } from 'lru-cache'
import type { OfSource, Source } from './document-tasks.ts'
import type { DocumentHistory } from './storage/storage.ts'

export interface DocumentRevisions {
  /** Rejects as reading the log or the history does, and as `work` does. */
  at<Value>(
    revision: Revision,
    work: (source: Source) => Promise<OfSource<Value>>,
  ): Promise<AtRevision<Value>>
  /** All that makes it. */
  slice(revision: Revision): Promise<LogSlice>
}

export interface Revision {
  readonly id: DocumentId
  readonly lineage: string
  /** `null`: the last one. */
  readonly exactly: LogPosition | null
}

export interface AtRevision<Value> {
  readonly value: Value
  readonly revision: LogPosition
  readonly lineage: string
}

const remembered = 1_000

export function documentRevisions(log: UpdateLog, history: DocumentHistory): DocumentRevisions {
  /** Where the worker had each open when it last said so. */
  const open = new LRUCache<string, LogPosition>({ max: remembered })

  /** From where the worker is. `null`: from there it cannot be reached. */
  async function shortSource({ id, lineage, exactly }: Revision): Promise<Source | null> {
    const key = keyOf(id, lineage)
    const after = open.get(key)
    if (after === undefined || (exactly ?? after) < after) return null
    const slice = await log.read(id, after)
    // Folded further than that, or another history.
    if (slice.lineage !== lineage || slice.actors[0] === null) return null
    const upTo = exactly ?? slice.head
    if (upTo > slice.head) return null
    return { key, after, upTo, updates: slice.updates.slice(0, upTo - after) }
  }

  function slice({ id, exactly }: Revision): Promise<LogSlice> {
    return exactly === null ? log.read(id, 0) : history.read(id, exactly)
  }

  return {
    slice,
    async at(revision, work) {
      const short = await shortSource(revision)
      if (short !== null) {
        const done = await work(short)
        if (done.type === 'done') {
          if (done.isOpen) open.set(short.key, Math.max(short.upTo, open.get(short.key) ?? 0))
          else open.delete(short.key)
          return { value: done.value, revision: short.upTo, lineage: revision.lineage }
        }
        open.delete(short.key)
      }
      const { head, lineage, updates } = await slice(revision)
      const key = keyOf(revision.id, lineage)
      const done = await work({ key, after: 0, upTo: head, updates })
      if (done.type === 'closed') throw new Error('the worker needs more than everything')
      if (done.isOpen) open.set(key, head)
      return { value: done.value, revision: head, lineage }
    },
  }
}

function keyOf(id: DocumentId, lineage: string): string {
  return `${id} ${lineage}`
}
