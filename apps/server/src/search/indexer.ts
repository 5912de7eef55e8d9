/**
 * Keeps the search index up with the storage. It hears of each change, waits a moment for the next ones, and puts what
 * is then there; at the start it holds all documents against the index, which finds whatever a crash left out.
 *
 * Rules: one document is read at a time, and of all time only a small part is spent on reading, so that people who write
 * never wait for search; a few changes are read at once. A document leaves the list of changed ones before it is read:
 * what changes meanwhile is read again. So is what changed while all documents were held against the index.
 */
import type { DocumentId } from '@weft/protocol'
import { limits } from '@weft/protocol'
import { DocumentDamaged, DocumentGone, StorageFailure, type Timers } from '@weft/sync'
import type { DocumentRevisions } from '../document-revisions.ts'
import type { DocumentWorker } from '../documents-in-worker.ts'
import type { Logger } from '../log.ts'
import type { DocumentRecord, DocumentStore } from '../storage/storage.ts'
import type { IndexedDocument, SearchIndex } from './search.ts'

export interface Indexer {
  /** Something of it changed. */
  touch(id: DocumentId): void
  /** Holds all documents against the index: at the start, and when the index was lost. */
  holdAgainst(): void
  /** Documents that wait to be put. */
  readonly pending: number
  /** All documents are held against the index: what is not found is not there. */
  readonly isComplete: boolean
  close(): Promise<void>
}

export interface IndexerDeps {
  readonly index: SearchIndex
  readonly documents: Pick<DocumentStore, 'getMany' | 'list'>
  readonly revisions: DocumentRevisions
  readonly worker: Pick<DocumentWorker, 'readText'>
  readonly timers: Timers
  readonly log: Logger
}

/** After a change, so that one who types is not read at every key. */
const gatherMs = 700
const atOnce = 32
/** The time that reading took, so many times, is left to others: a twentieth while people write, half at the start. */
const restWhileWriting = 19
const restAtStart = 1
/** So much rest may be owed: some 200 ms of reading after a quiet time. */
const creditMs = 4_000
const retryMs = 10_000
const tidyMs = 200
/** Text that is put at once, in UTF-16 units. */
const putLength = 512 * 1024

export function createIndexer(deps: IndexerDeps): Indexer {
  const { index, documents, revisions, worker, timers, log } = deps
  /** Each with the time from which on it may be read. */
  const changed = new Map<DocumentId, number>()
  let running: Promise<void> | null = null
  let cancel: (() => void) | null = null
  let wakesAt = 0
  let isClosed = false
  let isComplete = false
  /** Documents were put or removed, and of their words some may be in no other. */
  let isUntidy = true
  let holding = 0
  /** Since the page of documents that is held against the index was listed. */
  const touched = new Set<DocumentId>()
  let owedMs = 0
  let owedAt = timers.now()

  function schedule(ms: number): void {
    if (isClosed || running !== null || (changed.size === 0 && !isUntidy)) return
    const at = timers.now() + ms
    if (cancel !== null && wakesAt <= at) return
    cancel?.()
    wakesAt = at
    cancel = timers.after(ms, () => {
      cancel = null
      running = work().finally(() => {
        running = null
        schedule(nextMs())
      })
    })
  }

  function nextMs(): number {
    const now = timers.now()
    let next = isUntidy ? now + tidyMs : Number.POSITIVE_INFINITY
    for (const at of changed.values()) {
      if (at <= now) return 0
      next = Math.min(next, at)
    }
    return next - now
  }

  function retry(id: DocumentId): void {
    changed.set(id, timers.now() + retryMs)
    schedule(retryMs)
  }

  async function work(): Promise<void> {
    const due = dueNow()
    for (const id of due) changed.delete(id)
    try {
      if (due.length > 0) await bring(due, restWhileWriting)
      await tidy()
    } catch (error) {
      if (isClosed) return
      log.warn({ err: error }, 'documents not indexed yet')
      for (const id of due) changed.set(id, timers.now() + retryMs)
    }
  }

  /** A little at a time, between documents that changed. */
  async function tidy(): Promise<void> {
    if (!isUntidy || isClosed) return
    isUntidy = false
    const startedAt = performance.now()
    isUntidy = (await index.tidy()) || isUntidy
    await owe((performance.now() - startedAt) * restWhileWriting)
  }

  function dueNow(): readonly DocumentId[] {
    const now = timers.now()
    const due: DocumentId[] = []
    for (const [id, at] of changed) {
      if (due.length === atOnce) break
      if (at <= now) due.push(id)
    }
    return due
  }

  /** Brings the index up to what these documents are now. */
  async function bring(ids: readonly DocumentId[], rest: number): Promise<void> {
    const alive = (await documents.getMany(ids)).filter((record) => record.trashedAt === null)
    const there = new Set(alive.map(({ id }) => id))
    isUntidy = true
    await index.remove(ids.filter((id) => !there.has(id)))
    await bringRecords(
      alive.toSorted((a, b) => a.updatedAt - b.updatedAt),
      rest,
    )
  }

  async function bringRecords(records: readonly DocumentRecord[], rest: number): Promise<void> {
    const stale = new Set(await index.stale(records.map((record) => standing(record, record.revision))))
    let group: IndexedDocument[] = []
    for (const record of records) {
      if (!stale.has(record.id) || isClosed) continue
      const startedAt = performance.now()
      const read = await readDocument(record)
      if (read !== null) group.push(read)
      if (group.reduce((sum, { text }) => sum + text.length, 0) >= putLength) {
        await putAll(group)
        group = []
      }
      await owe((performance.now() - startedAt) * rest)
    }
    await putAll(group)
  }

  /** One that cannot be put holds up no other. */
  async function putAll(group: readonly IndexedDocument[]): Promise<void> {
    if (group.length === 0) return
    try {
      await index.put(group)
    } catch (error) {
      if (isClosed) return
      if (group.length > 1) for (const document of group) await putAll([document])
      else log.warn({ err: error, document: group[0]?.id }, 'document not indexed')
      const [first, second] = group
      if (first !== undefined && second === undefined && isFull(error)) retry(first.id)
    }
  }

  /** `null`: it is gone, or is read again later. A document whose text cannot be had is found by its title. */
  async function readDocument(record: DocumentRecord): Promise<IndexedDocument | null> {
    const { title, kind, revision } = record
    if (kind === 'yjs' || revision === 0) return { ...standing(record, revision), title, text: '' }
    try {
      const latest = { ...record, exactly: null }
      const read = await revisions.at(latest, (source) => worker.readText(source))
      const text = read.value.slice(0, limits.searchedLength).toWellFormed()
      return { ...standing(record, read.revision), title, text }
    } catch (error) {
      if (error instanceof DocumentGone) return null
      if (isClosed) return null
      if (!(error instanceof DocumentDamaged)) log.warn({ err: error, document: record.id }, 'text not read')
      if (error instanceof StorageFailure) {
        // It is found as it was until then.
        retry(record.id)
        return null
      }
      return { ...standing(record, unread), title, text: '' }
    }
  }

  /** Waits for what is owed beyond the credit. */
  function owe(ms: number): Promise<void> {
    const now = timers.now()
    owedMs = Math.max(0, owedMs - Math.max(0, now - owedAt)) + ms
    owedAt = now
    return pause(owedMs - creditMs)
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (ms < 1 || isClosed) resolve()
      else timers.after(Math.min(ms, retryMs), resolve)
    })
  }

  /** In the order of change, so that the latest are the latest in the index too. */
  async function holdAll(): Promise<void> {
    let count = 0
    const query = { trashed: false, title: null, order: 'ascending', limit: 200 } as const
    for (let after: Parameters<DocumentStore['list']>[0]['after'] = null; !isClosed; ) {
      touched.clear()
      const page = await documents.list({ ...query, after })
      await bringRecords(page.documents, restAtStart)
      for (const { id } of page.documents) if (touched.has(id)) touch(id)
      count += page.documents.length
      if (count % 10_000 === 0 && count > 0)
        log.info({ documents: count }, 'holding documents against search')
      if (page.next === null) break
      after = page.next
    }
    for (let after: DocumentId | null = null; !isClosed; ) {
      const ids: readonly DocumentId[] = await index.ids(after, 500)
      const there = new Set(
        (await documents.getMany(ids)).flatMap(({ id, trashedAt }) => (trashedAt === null ? id : [])),
      )
      await index.remove(ids.filter((id) => !there.has(id)))
      after = ids.at(-1) ?? null
      if (after === null) break
    }
  }

  function touch(id: DocumentId): void {
    if (!changed.has(id)) changed.set(id, timers.now() + gatherMs)
    schedule(gatherMs)
  }

  function holdAgainst(): void {
    const turn = ++holding
    isComplete = false
    const startedAt = timers.now()
    void holdAll().then(
      () => {
        if (isClosed || turn !== holding) return
        isComplete = true
        isUntidy = true
        touched.clear()
        schedule(tidyMs)
        log.info({ ms: timers.now() - startedAt }, 'search is complete')
      },
      (error: unknown) => {
        if (isClosed || turn !== holding) return
        log.warn({ err: error }, 'search is not complete')
        timers.after(retryMs, () => {
          if (!isClosed && turn === holding) holdAgainst()
        })
      },
    )
  }

  index.onEmptied(() => {
    log.warn({}, 'the search index was damaged and is made anew')
    holdAgainst()
  })

  return {
    touch(id) {
      if (!isComplete) touched.add(id)
      touch(id)
    },
    holdAgainst,
    get pending() {
      return changed.size
    },
    get isComplete() {
      return isComplete
    },
    async close() {
      isClosed = true
      cancel?.()
      await index.close()
    },
  }
}

/** No revision: a document whose text could not be had is read at the next start again. */
const unread = -1

function isFull(error: unknown): boolean {
  return error instanceof StorageFailure && error.full
}

function standing(record: DocumentRecord, revision: number) {
  const { id, kind, lineage, title, folder, tags, createdBy: author, updatedAt } = record
  // Of what is no text, only the title is searched, whatever is written in it.
  const content = JSON.stringify(kind === 'yjs' ? [lineage, title] : [lineage, revision, title])
  return { id, content, folder, tags, author, updatedAt }
}
