/**
 * The text and the state of documents for programs that only read. Built in the worker once per revision, shared by
 * all who ask meanwhile, and kept while there is room.
 */
import type { DocumentId } from '@weft/protocol'
import type { LogPosition, LogSlice, UpdateLog } from '@weft/sync'
import { LRUCache } from 'lru-cache'
import type { DocumentWorker } from './documents-in-worker.ts'

export interface DocumentReader {
  /** Rejects as `UpdateLog.read` does, with {@link TooManyReads}, or when the worker fails. */
  text(of: Revision): Promise<Read<string>>
  /** The whole document as one update. */
  state(of: Revision): Promise<Read<Uint8Array<ArrayBuffer>>>
}

export interface Revision {
  readonly id: DocumentId
  readonly lineage: string
  readonly revision: LogPosition
}

/** `revision` may be later than the one that was asked for. */
export interface Read<Content> {
  readonly content: Content
  readonly revision: LogPosition
}

/** So many documents are being read that another one would only wait and hold memory. */
export class TooManyReads extends Error {
  override name = 'TooManyReads'
}

const keptBytes = 64 * 1024 * 1024
const readsAtOnce = 64

export function createReader(log: UpdateLog, worker: DocumentWorker): DocumentReader {
  const text = remembering(log, {
    build: ({ updates }) => worker.readText(updates),
    bytes: (content) => 2 * content.length,
  })
  const state = remembering(log, {
    build: async ({ updates }) => new Uint8Array((await worker.fold(updates)).bytes),
    bytes: (content) => content.length,
  })
  return { text, state }
}

interface Recipe<Content> {
  build(slice: LogSlice): Promise<Content>
  bytes(content: Content): number
}

function remembering<Content>(log: UpdateLog, recipe: Recipe<Content>) {
  const kept = new LRUCache<string, Read<Content>>({
    maxSize: keptBytes,
    sizeCalculation: ({ content }) => recipe.bytes(content) + 256,
  })
  const underWay = new Map<string, Promise<Read<Content>>>()

  async function read(of: Revision): Promise<Read<Content>> {
    const slice = await log.read(of.id, 0)
    const result = { content: await recipe.build(slice), revision: slice.head }
    kept.set(keyOf({ ...of, lineage: slice.lineage, revision: slice.head }), result)
    return result
  }

  return async (of: Revision): Promise<Read<Content>> => {
    const key = keyOf(of)
    const ready = kept.get(key) ?? underWay.get(key)
    if (ready !== undefined) return ready
    if (underWay.size >= readsAtOnce) throw new TooManyReads()
    const reading = read(of).finally(() => underWay.delete(key))
    underWay.set(key, reading)
    return reading
  }
}

function keyOf({ id, lineage, revision }: Revision): string {
  return `${id} ${lineage} ${revision}`
}
