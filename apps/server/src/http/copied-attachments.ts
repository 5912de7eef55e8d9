/**
 * A copy of a text has files of its own under ids of its own: the original may be deleted, and whoever reads the copy
 * may not be allowed to read that. The bytes are stored once all the same.
 */
import { freshId } from '../fresh-id.ts'
import { AttachmentDamaged, type AttachmentStore, type DocumentRecord } from '../storage/storage.ts'

export interface CopiedContent<Content> {
  readonly content: Content
  /** Gives the files to the document that holds the content now. */
  attachTo(document: DocumentRecord): Promise<void>
}

const links = /(?<=\/attachments\/)[\w-]{22}(?![\w-])/g

/** Of content that is no text, the files stay where they are: nobody can say where it mentions them. */
export async function withCopiedAttachments<Content>(
  source: DocumentRecord,
  content: Content,
  attachments: AttachmentStore,
): Promise<CopiedContent<Content | string>> {
  if (typeof content !== 'string') return { content, attachTo: async () => {} }
  const mentioned = new Set(content.match(links))
  const files = mentioned.size === 0 ? [] : await attachments.list(source.id)
  const copies = new Map(
    files.filter(({ id }) => mentioned.has(id)).map((file) => [file.id, { id: freshId(), file }] as const),
  )
  return {
    content: content.replace(links, (id) => copies.get(id)?.id ?? id),
    async attachTo({ id: document, createdBy, createdAt }) {
      for (const { id, file } of copies.values()) {
        const { name, type } = file
        await attachments
          .share({ id, document, name, type, createdBy, createdAt }, file)
          .catch((error: unknown) => {
            // Lost to the original as well, which is no reason to have no copy.
            if (!(error instanceof AttachmentDamaged)) throw error
          })
      }
    },
  }
}
