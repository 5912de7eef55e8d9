/** Rows of attachments in SQLite. */
import type { DatabaseSync } from 'node:sqlite'
import { type ActorId, type DocumentId, limits } from '@weft/protocol'
import type { AttachmentAnswers, AttachmentRead, AttachmentWrite } from './attachment-messages.ts'
import type { AttachmentRecord } from './attachments.ts'
import { Refusal } from './refusal.ts'

export interface SqliteAttachments {
  /** Throws {@link Refusal} when no document takes that many. */
  requireRoom(first: readonly AttachmentRecord[]): void
  /** Into a document that was just made. */
  addFirst(first: readonly AttachmentRecord[]): void
  write(write: AttachmentWrite): AttachmentAnswers[AttachmentWrite['type']]
  read(read: AttachmentRead): AttachmentAnswers[AttachmentRead['type']]
}

/** As migrations.ts creates it. */
interface Row {
  readonly id: string
  readonly document: DocumentId
  readonly name: string
  readonly type: string
  readonly bytes: number
  readonly digest: string
  readonly created_by: ActorId
  readonly created_at: number
  readonly unmentioned_since: number | null
}

export function sqliteAttachments(database: DatabaseSync): SqliteAttachments {
  const isThere = database.prepare('SELECT 1 FROM documents WHERE id = ? AND trashed_at IS NULL')
  const weigh = database.prepare(
    'SELECT count(*) AS attachments, coalesce(sum(bytes), 0) AS bytes FROM attachments WHERE document = ?',
  )
  const insert = database.prepare(
    `INSERT INTO attachments (id, document, name, type, bytes, digest, created_by, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = database.prepare('DELETE FROM attachments WHERE id = ? RETURNING *')
  const mark = database.prepare('UPDATE attachments SET unmentioned_since = ? WHERE id = ?')
  const get = database.prepare('SELECT * FROM attachments WHERE id = ?')
  const list = database.prepare('SELECT * FROM attachments WHERE document = ? ORDER BY created_at, id')
  const documents = database.prepare(
    'SELECT DISTINCT document FROM attachments WHERE document > ? ORDER BY document LIMIT ?',
  )
  const isInUse = database.prepare('SELECT 1 FROM attachments WHERE digest = ? LIMIT 1')

  function add(record: AttachmentRecord): null {
    if (isThere.get(record.document) === undefined)
      throw new Refusal('gone', `document ${record.document} takes no attachment`)
    const taken = weigh.get(record.document) as unknown as { attachments: number; bytes: number }
    refuseBeyond(record.document, taken.attachments + 1, taken.bytes + record.bytes)
    put(record)
    return null
  }

  function put(record: AttachmentRecord): void {
    const { id, document, name, type, bytes, digest, createdBy, createdAt } = record
    insert.run(id, document, name, type, bytes, digest, createdBy, createdAt)
  }

  return {
    requireRoom(first) {
      const [record] = first
      const bytes = first.reduce((sum, file) => sum + file.bytes, 0)
      if (record !== undefined) refuseBeyond(record.document, first.length, bytes)
    },

    addFirst: (first) => first.forEach(put),

    write(write) {
      switch (write.type) {
        case 'add-attachment':
          return add(write.record)
        case 'remove-attachment':
          return recordOf(remove.get(write.id))
        case 'mark-attachments':
          for (const id of write.ids) mark.run(write.since, id)
          return null
      }
    },

    read(read) {
      switch (read.type) {
        case 'get-attachment':
          return recordOf(get.get(read.id))
        case 'list-attachments':
          return list.all(read.document).flatMap((row) => recordOf(row) ?? [])
        case 'documents-with-attachments':
          return documents.all(read.after ?? '', read.limit).map(({ document }) => document as DocumentId)
        case 'digests-in-use':
          return read.digests.filter((digest) => isInUse.get(digest) !== undefined)
      }
    },
  }
}

function refuseBeyond(document: DocumentId, attachments: number, bytes: number): void {
  if (attachments > limits.attachmentsPerDocument || bytes > limits.documentAttachmentBytes)
    throw new Refusal('attachments-full', `document ${document} has no room`)
}

/** STRICT tables hold what the schema says. */
function recordOf(found: unknown): AttachmentRecord | null {
  if (found === undefined) return null
  const row = found as Row
  return {
    id: row.id,
    document: row.document,
    name: row.name,
    type: row.type,
    bytes: row.bytes,
    digest: row.digest,
    createdBy: row.created_by,
    createdAt: row.created_at,
    unmentionedSince: row.unmentioned_since,
  }
}
