/**
 * Everything that an actor may read, as a zip archive that is made while it is sent: a few documents are in memory at
 * a time. Whoever goes away stops the work. An archive that could not be finished breaks off, and never ends as if it
 * were whole; documents that cannot be read are named in it.
 */
import { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type Actor, limits } from '@weft/protocol'
import { DocumentDamaged, DocumentGone, type Timers, type UpdateLog } from '@weft/sync'
import { manifestPath, missingPath } from '../import/archive-manifest.ts'
import {
  AttachmentDamaged,
  type AttachmentRecord,
  type DocumentRecord,
  type Storage,
} from '../storage/storage.ts'
import { type TaskThread, taskThread } from '../task-thread.ts'
import { attachmentsFolder, type ExportPlan, type PlanDeps, planExport } from './export-plan.ts'
import type { ExportTask } from './export-tasks.ts'
import { fileNameFor, uniqueNames } from './file-names.ts'
import { type ManifestWriter, writeManifest } from './manifest-writer.ts'
import { type FileOptions, writeZip, type ZipWriter } from './zip-writer.ts'

export interface ExportDeps extends PlanDeps {
  readonly storage: Pick<Storage, 'documents' | 'folders' | 'attachments'>
  readonly updates: UpdateLog
  readonly timers: Timers
}

/** The stream errors when it breaks off. `ended` hears, once, that the work is over. */
export async function exportArchive(
  actor: Actor,
  deps: ExportDeps,
  ended: () => void,
): Promise<ReadableStream<Uint8Array>> {
  const plan = await planExport(actor, deps)
  let passed = 0
  const output = new PassThrough({
    transform(chunk, _, done) {
      passed++
      done(null, chunk)
    },
  })
  const stopWatching = breakOffStalled({ output, passed: () => passed, timers: deps.timers })
  const zip = writeZip()
  zip.output.pipe(output)
  zip.onError((error) => output.destroy(asError(error)))
  writeArchive({ plan, actor, output, zip }, deps)
    .catch((error: unknown) => output.destroy(asError(error)))
    .finally(ended)
  output.once('close', stopWatching)
  return Readable.toWeb(output)
}

interface Archive {
  readonly plan: ExportPlan
  readonly actor: Actor
  readonly output: PassThrough
  readonly zip: ZipWriter
}

class ReaderLeft extends Error {
  override name = 'ReaderLeft'
}

/** It takes nothing of what waits for it. */
class ReaderStalled extends Error {
  override name = 'ReaderStalled'
}

/** Looked at so often; whoever took nothing in between has had long enough, and others want the place. */
const stalledMs = 120_000
const recordsAtOnce = 100
const readAtOnce = 4
const pathsAtOnce = 2_000
const idleMs = 15_000

type ExportThread = TaskThread<ExportTask>

async function writeArchive(archive: Archive, deps: ExportDeps): Promise<void> {
  const paths = [...archive.plan.documents]
  const pathTasks = () =>
    chunked(paths, pathsAtOnce).map((documents) => ({ type: 'paths', documents }) as const)
  const thread: ExportThread = taskThread({
    timers: deps.timers,
    entry: new URL('./export-worker.ts', import.meta.url),
    taskMs: limits.importFileMs,
    idleMs,
    first: pathTasks,
  })
  try {
    const list = writeManifest(archive.plan, deps.timers.now())
    for (const path of archive.plan.folders.keys()) archive.zip.addFolder(path)
    const nameFor = uniqueNames()
    for (const group of chunked(paths, recordsAtOnce)) {
      const records = await deps.storage.documents.getMany(group.map(([id]) => id))
      const byId = new Map(records.map((record) => [record.id, record]))
      for (const some of chunked(group, readAtOnce)) {
        const read = await Promise.all(
          some.map(([id, path]) => readDocument(byId.get(id), path, { archive, deps, thread, nameFor })),
        )
        for (const file of read) if (file !== null) await writeFile(file, { archive, deps, list })
      }
    }
    await addEntry(archive, manifestPath, Readable.from(list.text()), {})
    const missing = list.missingText()
    if (missing !== null) await addEntry(archive, missingPath, Readable.from([missing]), {})
    archive.zip.end()
  } finally {
    await thread.close()
  }
}

interface FileOfArchive {
  readonly record: DocumentRecord
  readonly path: string
  /** `null`: it cannot be read. */
  readonly bytes: Uint8Array | null
  readonly attachments: readonly (readonly [AttachmentRecord, string])[]
}

interface Reading {
  readonly archive: Archive
  readonly deps: ExportDeps
  readonly thread: ExportThread
  readonly nameFor: (name: string) => string
}

/** `null`: it is gone, in the trash, or no longer for this actor's eyes. */
async function readDocument(
  record: DocumentRecord | undefined,
  path: string,
  { archive, deps, thread, nameFor }: Reading,
): Promise<FileOfArchive | null> {
  if (archive.output.destroyed) throw new ReaderLeft()
  const { storage, access, updates } = deps
  if (record === undefined || record.trashedAt !== null) return null
  if (access.roleOf(archive.actor, record) === null) return null
  const attachments = (await storage.attachments.list(record.id)).map(
    (attachment) => [attachment, `${attachmentsFolder}/${nameFor(fileNameFor(attachment.name))}`] as const,
  )
  try {
    const slice = await updates.read(record.id, 0)
    const copies = slice.updates.map((update) => new Uint8Array(update))
    const ids = attachments.map(([{ id }, at]) => [id, at] as const)
    const task = { type: 'write', path, kind: record.kind, updates: copies, attachments: ids } as const
    const moved = copies.map(({ buffer }) => buffer)
    // A document that takes too long, or that Yjs does not accept, is missing; the others are not.
    const written = await thread.ask(task, moved, 'awaited').catch(() => null)
    const bytes = written instanceof Uint8Array ? written : null
    return { record, path, bytes, attachments }
  } catch (error) {
    if (error instanceof DocumentGone) return null
    if (error instanceof DocumentDamaged) return { record, path, bytes: null, attachments }
    throw error
  }
}

async function writeFile(
  { record, path, bytes, attachments }: FileOfArchive,
  { archive, deps, list }: { archive: Archive; deps: ExportDeps; list: ManifestWriter },
): Promise<void> {
  const mtime = new Date(record.updatedAt)
  if (bytes !== null) await addEntry(archive, path, Readable.from([Buffer.from(bytes.buffer)]), { mtime })
  const kept: (readonly [AttachmentRecord, string])[] = []
  for (const [attachment, at] of attachments) {
    const file = await deps.storage.attachments.open(attachment).catch((error: unknown) => {
      if (!(error instanceof AttachmentDamaged)) throw error
      list.missing(attachment.id, attachment.name)
      return null
    })
    if (file === null) continue
    kept.push([attachment, at])
    const stream = Readable.fromWeb(file.stream(0, attachment.bytes - 1) as never)
    // Pictures, sound and archives are as small as they get.
    await addEntry(archive, at, stream, { mtime: new Date(attachment.createdAt), compress: false })
  }
  if (bytes === null) list.missing(record.id, record.title)
  else list.document(record, path, kept)
}

/** Resolves when the entry's bytes are on their way: the next ones wait for the reader. */
async function addEntry(
  { zip, output }: Archive,
  path: string,
  source: Readable,
  options: FileOptions,
): Promise<void> {
  const leave = () => source.destroy(new ReaderLeft())
  if (output.destroyed) leave()
  output.once('close', leave)
  try {
    const read = finished(source)
    if (!output.destroyed) zip.addFile(path, options, source)
    await read
  } finally {
    output.off('close', leave)
  }
}

/** Breaks off what nobody reads. Returns how to stop looking. */
function breakOffStalled({ output, passed, timers }: Watched): () => void {
  let before = -1
  let cancel = () => {}
  const look = () => {
    if (passed() === before && output.readableLength > 0) return void output.destroy(new ReaderStalled())
    before = passed()
    cancel = timers.after(stalledMs, look)
  }
  look()
  return () => cancel()
}

interface Watched {
  readonly output: PassThrough
  /** Chunks that went through it. */
  readonly passed: () => number
  readonly timers: Timers
}

function chunked<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
