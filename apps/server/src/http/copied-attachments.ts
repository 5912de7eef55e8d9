/**
 * A copy of a text has files of its own under ids of its own: the original may be deleted, and whoever reads the copy
 * may not be allowed to read that. The bytes are stored once all the same.
 */

import type { ActorId, DocumentId } from '@weft/protocol'
import { freshId } from '../fresh-id.ts'
import type { AttachmentStore, DocumentRecord, FirstFile } from '../storage/storage.ts'

export interface CopiedContent<Content> {
  readonly content: Content
  /** The files that it mentions, for the document that is to hold it. */
  filesFor(copy: Copy): readonly FirstFile[]
}

export interface Copy {
  readonly id: DocumentId
  readonly createdBy: ActorId
  readonly createdAt: number
}

const links = /(?<=\/attachments\/)[\w-]{22}(?![\w-])/g

/** Of content that is no text, the files stay where they are: nobody can say where it mentions them. */
export async function withCopiedAttachments<Content>(
  source: DocumentRecord,
  content: Content,
  attachments: AttachmentStore,
): Promise<CopiedContent<Content | string>> {
  if (typeof content !== 'string') return { content, filesFor: () => [] }
  const mentioned = new Set(content.match(links))
  const files = mentioned.size === 0 ? [] : await attachments.list(source.id)
  const copies = new Map(
    files.filter(({ id }) => mentioned.has(id)).map((file) => [file.id, { id: freshId(), file }] as const),
  )
  return {
    content: content.replace(links, (id) => copies.get(id)?.id ?? id),
    filesFor: ({ id: document, createdBy, createdAt }) =>
      [...copies.values()].map(({ id, file }) => {
        const { name, type } = file
        return { draft: { id, document, name, type, createdBy, createdAt }, file }
      }),
  }
}
