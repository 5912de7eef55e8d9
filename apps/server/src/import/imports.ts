/**
 * Imports under way: a few at once, the others wait. How far each is stays in memory and goes to the storage now and
 * then; one that the server's end interrupts says so after the next start.
 */
import { type Actor, type FolderId, limits } from '@weft/protocol'
import { StorageFailure, type Timers } from '@weft/sync'
import type { Logger } from '../log.ts'
import {
  FolderMissing,
  type ImportRecord,
  QuotaReached,
  type ReceivedFile,
  type Storage,
} from '../storage/storage.ts'
import { importFiles } from './import-files.ts'
import { type ReportWriter, writeReport } from './import-report.ts'
import { type ImportThread, startImportThread } from './import-thread.ts'
import { singleFile } from './single-file.ts'
import { MalformedArchive, type Source } from './source.ts'
import { openZipArchive } from './zip-archive.ts'

export interface Imports {
  /**
   * Takes over the file. With the id of an import that ended early, it goes on: what that one made is not made again.
   * Rejects with {@link TooManyImports}.
   */
  start(upload: Upload): Promise<StartedImport>
  /** `null`: there is none of this actor. */
  get(id: string, actor: Actor): Promise<ImportRecord | null>
  /** Stops it, or forgets the one that ended. `false`: there is none of this actor. */
  cancel(id: string, actor: Actor): Promise<boolean>
  /** Stops all of them, as a crash would: none says that it was cancelled. */
  close(): Promise<void>
}

export interface Upload {
  /** Of the import. */
  readonly id: string
  readonly file: ReceivedFile
  readonly name: string | null
  readonly isArchive: boolean
  readonly actor: Actor
  readonly into: FolderId | null
  readonly mayOrganise: boolean
}

export interface StartedImport {
  readonly record: ImportRecord
  readonly ended: Promise<EndedImport>
}

/** `error`: what it failed by, if it did. */
export interface EndedImport {
  readonly record: ImportRecord
  readonly error: unknown
}

/** So many are under way and waiting that another one would wait for long. */
export class TooManyImports extends Error {
  override name = 'TooManyImports'
}

export interface ImportsDeps {
  readonly storage: Pick<Storage, 'documents' | 'attachments' | 'folders' | 'imports'>
  readonly timers: Timers
  readonly log: Logger
  readonly attachmentBytes: number
}

interface Job {
  readonly upload: Upload
  readonly report: ReportWriter
  record: ImportRecord
  isCancelled: boolean
  error: unknown
  readonly end: (ended: EndedImport) => void
}

const saveEveryMs = 2_000

export function createImports(deps: ImportsDeps): Imports {
  const { storage, timers, log } = deps
  const jobs = new Map<string, Job>()
  const waiting: Job[] = []
  /** They have a place among those that wait, and are not there yet. */
  let starting = 0
  const running = new Set<Promise<void>>()
  /** Those of imports that ended, for the next ones. */
  const idleThreads: ImportThread[] = []
  let isClosed = false
  // What an earlier process left; nothing is started before this is done.
  const ready = storage.imports
    .interrupt(timers.now())
    .then(forgetOld)
    .catch((error: unknown) => log.error({ err: error }, 'earlier imports were not closed'))

  function next(): void {
    if (running.size >= limits.importsAtOnce) return
    const job = waiting.shift()
    if (job === undefined) return
    const work = run(job).finally(() => {
      running.delete(work)
      next()
    })
    running.add(work)
  }

  async function run(job: Job): Promise<void> {
    const ended = job.isCancelled ? { state: 'cancelled' as const } : await carryOut(job)
    await storage.attachments.discard(job.upload.file)
    await save(job, { ...(isClosed ? { state: 'interrupted' } : ended), endedAt: timers.now() })
    jobs.delete(job.record.id)
    job.end({ record: job.record, error: job.error })
  }

  async function carryOut(job: Job): Promise<{ state: ImportRecord['state']; reason?: string }> {
    let cancelSaving = () => {}
    let hasEnded = false
    const saveRegularly = () => {
      // It may end while one is being saved: a later one would bring back what its actor has had forgotten.
      if (!hasEnded) cancelSaving = timers.after(saveEveryMs, () => void save(job, {}).then(saveRegularly))
    }
    try {
      await save(job, { state: 'running' })
      saveRegularly()
      await importFrom(job)
      return { state: job.isCancelled ? 'cancelled' : 'done' }
    } catch (error) {
      job.error = error
      if (error instanceof MalformedArchive || error instanceof QuotaReached)
        return { state: 'failed', reason: error.message }
      if (error instanceof FolderMissing) return { state: 'failed', reason: 'The folder is gone.' }
      if (!isClosed) log.warn({ err: error, import: job.record.id }, 'an import failed')
      const isFull = error instanceof StorageFailure && error.full
      const reason = isFull ? 'The disk is full.' : 'The server could not store the documents.'
      return { state: 'failed', reason }
    } finally {
      hasEnded = true
      cancelSaving()
    }
  }

  async function importFrom(job: Job): Promise<void> {
    const { upload, report } = job
    const source = await sourceOf(upload)
    const thread = idleThreads.pop() ?? startImportThread(timers)
    try {
      const isCancelled = () => job.isCancelled || isClosed
      await importFiles({ ...upload, import: upload.id, source, report, isCancelled }, thread, deps)
    } finally {
      idleThreads.push(thread)
      await source.close()
    }
  }

  /** What is known of it now, with `changes`. A storage that fails must not end an import that goes on. */
  async function save(
    job: Job,
    {
      reason = null,
      ...changes
    }: { state?: ImportRecord['state']; endedAt?: number; reason?: string | null },
  ): Promise<void> {
    job.record = { ...job.record, ...changes, report: { ...job.report.report, reason } }
    await storage.imports.save(job.record).catch((error: unknown) => {
      if (!isClosed) log.warn({ err: error, import: job.record.id }, 'how far an import is was not stored')
    })
  }

  async function forgetOld(): Promise<void> {
    await storage.imports
      .forget(timers.now() - limits.importReportMs)
      .catch((error: unknown) => log.warn({ err: error }, 'old imports were not forgotten'))
  }

  return {
    async start(upload) {
      await ready
      await forgetOld()
      const taken = running.size + waiting.length + starting
      if (isClosed || taken >= limits.importsAtOnce + limits.importsWaiting) throw new TooManyImports()
      const report = writeReport(upload.name)
      const { promise, resolve } = Promise.withResolvers<EndedImport>()
      const record: ImportRecord = {
        id: upload.id,
        actor: upload.actor.id,
        state: 'waiting',
        startedAt: timers.now(),
        endedAt: null,
        report: report.report,
      }
      const job: Job = { upload, report, record, isCancelled: false, error: null, end: resolve }
      // Known before it is started: whoever is told of it may ask at once, and after a crash.
      starting++
      await storage.imports.save(record).finally(() => starting--)
      if (isClosed) throw new TooManyImports()
      jobs.set(record.id, job)
      waiting.push(job)
      next()
      return { record, ended: promise }
    },

    async get(id, actor) {
      const job = jobs.get(id)
      const record =
        job === undefined
          ? await storage.imports.get(id)
          : { ...job.record, report: { ...job.report.report, reason: job.record.report.reason } }
      return record?.actor === actor.id ? record : null
    },

    async cancel(id, actor) {
      const job = jobs.get(id)
      const record = job?.record ?? (await storage.imports.get(id))
      if (record?.actor !== actor.id) return false
      if (job === undefined) await storage.imports.remove(id)
      else job.isCancelled = true
      return true
    },

    async close() {
      isClosed = true
      for (const { record, error, end } of waiting.splice(0)) end({ record, error })
      await Promise.all(running)
      await Promise.all(idleThreads.map((thread) => thread.close()))
    },
  }
}

function sourceOf({ file, name, isArchive }: Upload): Source | Promise<Source> {
  return isArchive ? openZipArchive(file.path) : singleFile(file, name ?? 'file.md')
}
