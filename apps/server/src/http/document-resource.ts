/** Documents as the API shows them. */
import type { DocumentResource } from '@weft/protocol'
import { apiBase } from '@weft/protocol/routes'
import type { DocumentRecord } from '../storage/storage.ts'
import type { HttpContext, HttpDeps } from './env.ts'

/** As whoever asks sees them, with their own stars. In the order in which they are given. */
export async function resources(
  c: HttpContext,
  { storage }: Pick<HttpDeps, 'storage'>,
  records: readonly DocumentRecord[],
): Promise<DocumentResource[]> {
  if (records.length === 0) return []
  const starred = new Set(
    await storage.marks.starred(
      c.var.actor.id,
      records.map(({ id }) => id),
    ),
  )
  return records.map((record) => resourceOf(record, starred.has(record.id), c))
}

export async function resource(
  c: HttpContext,
  deps: Pick<HttpDeps, 'storage'>,
  record: DocumentRecord,
): Promise<DocumentResource> {
  const starred = await deps.storage.marks.starred(c.var.actor.id, [record.id])
  return resourceOf(record, starred.length > 0, c)
}

export function addressOf({ id }: Pick<DocumentRecord, 'id'>): string {
  return `${apiBase}/documents/${id}`
}

export function iso(at: number): string {
  return new Date(at).toISOString()
}

function resourceOf(record: DocumentRecord, starred: boolean, c: HttpContext): DocumentResource {
  const { id, title, kind, language, revision, lineage, createdAt, updatedAt, trashedAt } = record
  return {
    id,
    title,
    kind,
    language,
    revision,
    lineage,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    trashedAt: trashedAt === null ? null : iso(trashedAt),
    author: record.createdBy,
    folderId: record.folder,
    tags: [...record.tags],
    pinned: record.isPinned,
    isTemplate: record.isTemplate,
    starred,
    url: `${c.var.origin}/d/${id}`,
  }
}
