/**
 * Deletes attachments that nobody needs: once a day each document that has any is read, and what its text has not
 * mentioned for {@link limits.attachmentGraceMs} goes, and what belonged to documents that are no more. Documents in the trash keep theirs, and so do those of kind
 * yjs, whose types nobody here can read.
 */
import { type DocumentId, limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { DocumentReader } from './document-reader.ts'
import type { Logger } from './log.ts'
import type { AttachmentRecord, DocumentRecord, Storage } from './storage/storage.ts'

export interface CollectionDeps {
  readonly storage: Pick<Storage, 'attachments' | 'documents'>
  readonly reader: Pick<DocumentReader, 'text'>
  readonly timers: Timers
  readonly log: Logger
}

/** After the start, when people have come back; and between two passes. */
const firstMs = 10 * 60 * 1_000
const everyMs = 24 * 60 * 60 * 1_000
/** Between two documents: those that people wait for go before. */
const paceMs = 10
const documentsAtOnce = 100

export interface AttachmentCollection {
  /** A document was deleted for good: its files go at once, as far as that is done before the server ends. */
  forget(id: DocumentId): void
  stop(): void
}

/** Collects now and then until it is stopped. */
export function collectRegularly(deps: CollectionDeps): AttachmentCollection {
  const { timers, log } = deps
  let isStopped = false
  let cancel = timers.after(firstMs, pass)
  let forgetting = Promise.resolve()

  function pass(): void {
    collectAttachments(deps, () => isStopped)
      .then((collected) => log.info(collected, 'attachments collected'))
      .catch((error: unknown) => {
        if (!isStopped) log.error({ err: error }, 'attachments were not collected')
      })
      .finally(() => {
        if (!isStopped) cancel = timers.after(everyMs, pass)
      })
  }

  return {
    forget(id) {
      forgetting = forgetting
        .then(async () => {
          if (!isStopped) await removeAll(id, deps)
        })
        .catch((error: unknown) => {
          if (!isStopped) log.warn({ err: error, document: id }, 'attachments wait to be collected')
        })
    },
    stop() {
      isStopped = true
      cancel()
    },
  }
}

/** One pass. `attachments`: how many were deleted; `files`: how many belonged to nobody. */
export async function collectAttachments(
  deps: CollectionDeps,
  isStopped: () => boolean = () => false,
): Promise<{ readonly attachments: number; readonly files: number }> {
  const { attachments, documents } = deps.storage
  let deleted = 0
  let after = null
  for (;;) {
    const page = await attachments.documents(after, documentsAtOnce)
    for (const id of page) {
      if (isStopped()) return { attachments: deleted, files: 0 }
      const record = await documents.get(id)
      deleted += record === null ? await removeAll(id, deps) : await collectOf(record, deps)
      await new Promise<void>((resolve) => void deps.timers.after(paceMs, resolve))
    }
    after = page.at(-1) ?? null
    if (after === null) break
  }
  return { attachments: deleted, files: await attachments.sweep() }
}

/** The document was deleted for good. */
async function removeAll(id: DocumentId, { storage: { attachments } }: CollectionDeps): Promise<number> {
  const orphans = await attachments.list(id)
  for (const orphan of orphans) await attachments.remove(orphan.id)
  return orphans.length
}

async function collectOf(document: DocumentRecord, deps: CollectionDeps): Promise<number> {
  const { attachments } = deps.storage
  if (document.trashedAt !== null || document.kind === 'yjs') return 0
  const text = await textOf(document, deps)
  if (text === null) return 0
  const now = deps.timers.now()
  const [mentioned, others] = parted(await attachments.list(document.id), ({ id }) => text.includes(id))
  const [overdue, waiting] = parted(
    others,
    ({ unmentionedSince }) => unmentionedSince !== null && now - unmentionedSince >= limits.attachmentGraceMs,
  )
  await attachments.mark(
    idsOf(mentioned, ({ unmentionedSince }) => unmentionedSince !== null),
    null,
  )
  await attachments.mark(
    idsOf(waiting, ({ unmentionedSince }) => unmentionedSince === null),
    now,
  )
  for (const { id } of overdue) await attachments.remove(id)
  return overdue.length
}

/** `null`: it cannot be read now, which is no reason to delete anything. */
async function textOf(document: DocumentRecord, { reader, log }: CollectionDeps): Promise<string | null> {
  try {
    return (await reader.text(document)).content
  } catch (error) {
    log.warn({ err: error, document: document.id }, 'attachments were not looked at')
    return null
  }
}

function parted<Item>(items: readonly Item[], isFirst: (item: Item) => boolean) {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))] as const
}

function idsOf(records: readonly AttachmentRecord[], isChanged: (record: AttachmentRecord) => boolean) {
  return records.filter(isChanged).map(({ id }) => id)
}
