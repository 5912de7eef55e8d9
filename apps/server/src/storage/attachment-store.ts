/** Attachments of rows and files: whatever keeps the rows. */
import type { DocumentId } from '@weft/protocol'
import type { AttachmentFiles } from './attachment-files.ts'
import type { AttachmentDraft, AttachmentRecord, AttachmentStore } from './attachments.ts'

export interface AttachmentRows extends Pick<AttachmentStore, 'get' | 'list' | 'documents' | 'mark'> {
  /** Rejects with DocumentGone, AttachmentsFull. */
  insert(record: AttachmentRecord): Promise<void>
  /** What was deleted. */
  remove(id: string): Promise<AttachmentRecord | null>
  /** Those of them that a row has. */
  inUse(digests: readonly string[]): Promise<readonly string[]>
}

export function attachmentStore(rows: AttachmentRows, files: AttachmentFiles): AttachmentStore {
  const drop = (digest: string) => files.drop(digest, async () => (await rows.inUse([digest])).length > 0)

  return {
    receive: files.receive,
    discard: files.discard,

    async add(draft, file) {
      const record = recordOf(draft, file)
      await files.keep(file, () => rows.insert(record))
      return record
    },

    addWith(first, create) {
      const kept = first.map(({ file }) => ({ ...file, path: 'path' in file ? file.path : null }))
      return files.keepAll(kept, (damaged) =>
        create(first.flatMap(({ draft, file }) => (damaged.has(file.digest) ? [] : recordOf(draft, file)))),
      )
    },

    get: rows.get,
    list: rows.list,

    async remove(id) {
      const removed = await rows.remove(id)
      if (removed !== null) await drop(removed.digest)
      return removed !== null
    },

    open: ({ digest, bytes }) => files.open(digest, bytes),
    documents: (after: DocumentId | null, limit) => rows.documents(after, limit),
    mark: rows.mark,

    async sweep() {
      let dropped = 0
      for await (const digests of files.digests()) {
        const inUse = new Set(await rows.inUse(digests))
        for (const digest of digests) if (!inUse.has(digest) && (await drop(digest))) dropped++
      }
      return dropped
    },
  }
}

function recordOf(
  draft: AttachmentDraft,
  { bytes, digest }: Pick<AttachmentRecord, 'bytes' | 'digest'>,
): AttachmentRecord {
  return { ...draft, bytes, digest, unmentionedSince: null }
}
