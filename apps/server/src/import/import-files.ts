/**
 * One import from its first file to its last: each file that can be a document becomes one, in the thread that
 * import-thread.ts runs; what documents mention is kept with them; everything else is named in the report.
 *
 * Nothing is undone when it stops in the middle. A document is there whole or not at all, under an id that the import
 * and its path give it: an import that goes on finds what it made before.
 */
import { posix } from 'node:path'
import { type Actor, type DocumentId, type FolderId, type ImportFailure, limits } from '@weft/protocol'
import { StorageFailure, type Timers } from '@weft/sync'
import { attachmentType } from '../attachment-type.ts'
import { freshId } from '../fresh-id.ts'
import {
  DocumentExists,
  type DocumentRecord,
  type FirstFile,
  FolderMissing,
  type ReceivedFile,
  type Storage,
} from '../storage/storage.ts'
import { manifestPath, missingPath } from './archive-manifest.ts'
import { bytesOf } from './file-bytes.ts'
import { formatOf, isLitter } from './file-format.ts'
import { type FolderPlace, folderPlaces } from './folder-places.ts'
import type { ReportWriter } from './import-report.ts'
import type { PreparedAttachment, PreparedDocument } from './import-tasks.ts'
import type { ImportThread } from './import-thread.ts'
import { importedId } from './imported-id.ts'
import type { Source, SourceFile } from './source.ts'

export interface ImportDeps {
  readonly storage: Pick<Storage, 'documents' | 'attachments' | 'folders'>
  readonly timers: Timers
  /** Of one attachment. */
  readonly attachmentBytes: number
}

export interface ImportOrder {
  /** Its id. */
  readonly import: string
  readonly source: Source
  readonly actor: Actor
  readonly into: FolderId | null
  /** May the actor make folders? Otherwise everything goes to the same place. */
  readonly mayOrganise: boolean
  readonly report: ReportWriter
  readonly isCancelled: () => boolean
}

/** Files whose documents are stored together: a commit each would take longer, and more would hold others up. */
const filesAtOnce = 16
const bytesAtOnce = 16 * 1024 * 1024
const filesSortedAtOnce = 2_000

/** Rejects with StorageFailure when nothing can be stored. */
export async function importFiles(order: ImportOrder, thread: ImportThread, deps: ImportDeps): Promise<void> {
  const received = receivedFiles(order, deps)
  try {
    await importAll(order, deps, thread, received)
  } finally {
    await received.discard()
  }
}

async function importAll(
  order: ImportOrder,
  deps: ImportDeps,
  thread: ImportThread,
  received: ReceivedFiles,
): Promise<void> {
  const { source, report, isCancelled } = order
  const { files, texts } = await sorted(source.files)
  const manifest = files.find(({ path }) => path === manifestPath) ?? null
  // Only a list may say of a text that it is none.
  const isFile = ({ path, bytes }: SourceFile) =>
    canAttach(bytes, deps) && (manifest !== null || !texts.has(path))
  const begun = await thread.begin({
    import: order.import,
    documents: texts,
    files: new Set(files.flatMap((file) => (isFile(file) ? [file.path] : []))),
    manifest: manifest === null ? null : await manifestOf(manifest),
  })
  // What lies in an archive of ours for other reasons.
  const ownFiles = begun === null ? [] : [manifestPath, missingPath]
  for (const path of [...ownFiles, ...(begun?.attachments ?? [])]) texts.delete(path)
  const documents = files.filter(({ path }) => texts.has(path))
  const others = files.filter(({ path }) => !texts.has(path) && !ownFiles.includes(path))
  const places = folderPlaces({
    ...{ folders: deps.storage.folders, timers: deps.timers, actor: order.actor, into: order.into },
    names: begun?.folders ?? new Map(),
  })
  report.expect(documents.length + others.length + source.faults.length)
  for (const { path, reason } of source.faults) {
    report.failed(path, reason)
    report.done()
  }
  // Also the empty ones, of an archive that was made here.
  for (const path of begun?.folders.keys() ?? []) {
    if (isCancelled()) return
    if (order.mayOrganise) await places.of(path)
  }
  for (const group of grouped(documents)) {
    if (isCancelled()) return
    const outcomes = await Promise.allSettled(
      group.map(async (file) => {
        const id = importedId(order.import, file.path)
        const folder = posix.dirname(file.path)
        const place = order.mayOrganise ? await places.of(folder) : { folder: order.into, isThere: true }
        await importOne(file, { id, ...place }, order, deps, thread, received)
        report.done()
      }),
    )
    // Only now: the others of the group are stored or not, and the report knows.
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }
  for (const { path, bytes } of others) {
    if (!received.has(path)) report.failed(path, bytes > deps.attachmentBytes ? 'too-large' : 'unused')
    report.done()
  }
}

/** Those that anybody means to import, and the paths of those that may be documents. Others go on in between. */
async function sorted(all: readonly SourceFile[]) {
  const files: SourceFile[] = []
  const texts = new Set<string>()
  for (const [index, file] of all.entries()) {
    if (index % filesSortedAtOnce === 0) await new Promise((resolve) => setImmediate(resolve))
    if (isLitter(file.path)) continue
    files.push(file)
    if (formatOf(file.path) !== null) texts.add(file.path)
  }
  return { files, texts }
}

async function importOne(
  file: SourceFile,
  at: FolderPlace & { readonly id: DocumentId },
  { actor, report, into }: ImportOrder,
  { storage, timers }: ImportDeps,
  thread: ImportThread,
  received: ReceivedFiles,
): Promise<void> {
  const prepared = await prepare(file, thread)
  if ('failure' in prepared) return report.failed(file.path, prepared.failure)
  const createdAt = timers.now()
  const first = await received.firstOf({ id: at.id, createdBy: actor.id, createdAt }, prepared.attachments)
  const draft = {
    id: at.id,
    title: prepared.title,
    kind: prepared.kind,
    language: prepared.language,
    lineage: freshId(),
    createdBy: actor.id,
    createdAt,
    tags: prepared.tags,
    isTemplate: prepared.isTemplate,
    first: prepared.update === null ? null : { update: prepared.update, actor: actor.id, at: createdAt },
  }
  const create = (folder: FolderId | null) =>
    storage.attachments.addWith(first, async (attachments) => ({
      document: await storage.documents.create({ ...draft, folder, attachments }),
      attachments,
    }))
  const { document, attachments } = await create(at.folder)
    .catch((error: unknown) => {
      // Somebody has removed it since it was found or made, while nothing was in it.
      if (error instanceof FolderMissing && at.folder !== into) return create(into)
      throw error
    })
    .catch((error: unknown) => {
      if (error instanceof DocumentExists) return madeBefore(at.id, storage)
      throw error
    })
  if (document === null) return
  const isThere = at.isThere && document.folder === at.folder
  report.created(file.path, document, isThere ? prepared.repairs : [...prepared.repairs, 'moved-up'])
  report.attached(attachments.length)
  // Those that another document of the import had, and that somebody has thrown away with it.
  const attached = new Set(attachments.map(({ id }) => id))
  const lost = new Set(first.flatMap(({ draft: { id } }) => (attached.has(id) ? [] : id)))
  for (const { id, path } of prepared.attachments) if (lost.has(id)) report.failed(path, 'damaged')
}

/** `null`: it has been deleted for good since. */
async function madeBefore(id: DocumentId, { documents, attachments }: ImportDeps['storage']) {
  return { document: await documents.get(id), attachments: await attachments.list(id) }
}

async function prepare(
  file: SourceFile,
  thread: ImportThread,
): Promise<PreparedDocument | { readonly failure: ImportFailure }> {
  if (file.bytes > limits.importDocumentBytes) return { failure: 'too-large' }
  const bytes = await bytesOf(file, new ArrayBuffer(file.bytes))
  return bytes === null ? { failure: 'damaged' } : thread.prepare(file.path, bytes)
}

/** In memory that threads share: each new one is told it again, and a copy of it would hold everybody up. */
async function manifestOf(file: SourceFile): Promise<Uint8Array<SharedArrayBuffer> | null> {
  if (file.bytes > 4 * limits.importDocumentBytes) return null
  return bytesOf(file, new SharedArrayBuffer(file.bytes))
}

function canAttach(bytes: number, { attachmentBytes }: ImportDeps): boolean {
  return bytes > 0 && bytes <= attachmentBytes
}

interface Received {
  readonly file: ReceivedFile
  readonly type: string
}

interface ReceivedFiles {
  has(path: string): boolean
  /** What a document can take of those that it mentions; the report says what it cannot. */
  firstOf(
    document: Pick<DocumentRecord, 'id' | 'createdBy' | 'createdAt'>,
    mentioned: readonly PreparedAttachment[],
  ): Promise<readonly FirstFile[]>
  discard(): Promise<void>
}

/** Each file is taken to the disk once, however many documents mention it. */
function receivedFiles(
  { source, report }: ImportOrder,
  { storage, attachmentBytes }: ImportDeps,
): ReceivedFiles {
  const { attachments } = storage
  const byPath = new Map(source.files.map((file) => [file.path, file]))
  const taken = new Map<string, Promise<Received | null>>()

  async function receive(path: string): Promise<Received | null> {
    try {
      const stream = await byPath.get(path)?.open()
      if (stream === undefined) return null
      const file = await attachments.receive(stream, attachmentBytes)
      const type = await attachmentType(file.head, file.head.length === file.bytes)
      return { file: { ...file, head: new Uint8Array() }, type }
    } catch (error) {
      if (error instanceof StorageFailure) throw error
      report.failed(path, 'damaged')
      return null
    }
  }

  /** `null`: it cannot be read, which the report says. */
  function take(path: string): Promise<Received | null> {
    const taking = taken.get(path) ?? receive(path)
    taken.set(path, taking)
    return taking
  }

  return {
    has: (path) => taken.has(path),
    async firstOf({ id: document, createdBy, createdAt }, mentioned) {
      const first: FirstFile[] = []
      let bytes = 0
      // One by one: a text may mention thousands, and each takes an open file.
      for (const { id, path, name } of mentioned) {
        const received = await take(path)
        if (received === null) continue
        const { file, type } = received
        const isFull =
          first.length === limits.attachmentsPerDocument ||
          bytes + file.bytes > limits.documentAttachmentBytes
        if (isFull) {
          report.failed(path, 'attachments-full')
          continue
        }
        bytes += file.bytes
        first.push({ draft: { id, document, name, type, createdBy, createdAt }, file })
      }
      return first
    },
    async discard() {
      for (const taking of taken.values()) {
        const received = await taking.catch(() => null)
        if (received !== null) await attachments.discard(received.file)
      }
    },
  }
}

function* grouped(files: readonly SourceFile[]): Generator<readonly SourceFile[]> {
  let group: SourceFile[] = []
  let bytes = 0
  for (const file of files) {
    if (group.length === filesAtOnce || (group.length > 0 && bytes + file.bytes > bytesAtOnce)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(file)
    bytes += file.bytes
  }
  if (group.length > 0) yield group
}
