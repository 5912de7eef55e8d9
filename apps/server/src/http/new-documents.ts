/** Documents come into being: from what a request says, of a template, or of another document. */

import type { z } from '@hono/zod-openapi'
import { filledTemplate, titleOf } from '@weft/document'
import { type DocumentId, type DocumentKind, limits } from '@weft/protocol'
import type { routes } from '@weft/protocol/routes'
import { freshId } from '../fresh-id.ts'
import {
  type DocumentDraft,
  DocumentExists,
  type DocumentRecord,
  type FirstFile,
} from '../storage/storage.ts'
import { authorisedContent } from './authorised.ts'
import { type Copy, withCopiedAttachments } from './copied-attachments.ts'
import type { HttpContext, HttpDeps } from './env.ts'
import { spend } from './guards.ts'
import { folderIdOf, tagsOf } from './places.ts'
import { Refused } from './refused.ts'
import { refuseFaults } from './sent-text.ts'

export type NewDocument = z.output<
  (typeof routes)['createDocument']['request']['body']['content']['application/json']['schema']
>

/** What is settled before the content is. */
type Beginning = Pick<
  DocumentDraft,
  'title' | 'kind' | 'language' | 'folder' | 'tags' | 'isTemplate' | 'lineage'
>

export interface DocumentMaker {
  fromRequest(c: HttpContext, id: DocumentId, draft: NewDocument, lineage?: string): Promise<DocumentRecord>
  /** A document with the content of another, beside it. */
  duplicate(c: HttpContext, original: string, id: DocumentId): Promise<DocumentRecord>
}

export function createDocumentMaker(deps: HttpDeps): DocumentMaker {
  const { storage, worker, reader, timers, rates, textLength } = deps

  /** `content`: a text, or the state of a document without one. */
  async function make(
    c: HttpContext,
    id: DocumentId,
    beginning: Beginning,
    content: string | Uint8Array | null,
    filesFor: (copy: Copy) => readonly FirstFile[] = () => [],
  ): Promise<DocumentRecord> {
    if (typeof content === 'string' && content.length > textLength)
      throw new Refused('too-large', { detail: `A text has at most ${textLength} characters.` })
    const isEmpty = content === null || content === ''
    const update = isEmpty ? null : typeof content === 'string' ? await worker.writeText(content) : content
    const createdAt = timers.now()
    const createdBy = c.var.actor.id
    const first = update === null ? null : { update, actor: createdBy, at: createdAt }
    const draft = { ...beginning, id, createdBy, createdAt, first }
    try {
      return await storage.attachments.addWith(filesFor(draft), (attachments) =>
        storage.documents.create({ ...draft, attachments }),
      )
    } catch (error) {
      const wasUsed = error instanceof DocumentExists && (await storage.documents.get(id)) === null
      throw wasUsed ? new Refused('id-was-used') : error
    }
  }

  /** With the files that the content mentions. */
  async function makeCopy(
    c: HttpContext,
    id: DocumentId,
    beginning: Beginning,
    { source, content }: { source: DocumentRecord; content: string | Uint8Array | null },
  ): Promise<DocumentRecord> {
    const copied = await withCopiedAttachments(source, content, storage.attachments)
    return make(c, id, beginning, copied.content, copied.filesFor)
  }

  async function contentOf(record: DocumentRecord): Promise<string | Uint8Array | null> {
    if (record.revision === 0) return null
    return (record.kind === 'yjs' ? await reader.state(record) : await reader.text(record)).content
  }

  async function fromTemplate(
    c: HttpContext,
    id: DocumentId,
    { template, ...draft }: NewDocument & { readonly template: string },
    lineage: string,
  ) {
    const source = await authorisedContent(c, deps, template, 'read')
    const { kind, language } = source
    const date = new Date(timers.now()).toISOString().slice(0, 10)
    const name = c.var.actor.name ?? 'Guest'
    const title =
      draft.title ?? cutTitle(filledTemplate(source.title, { date, name, title: '' })) ?? 'Untitled'
    const found = await contentOf(source)
    const content = typeof found === 'string' ? filledTemplate(found, { date, name, title }) : found
    const tags = draft.tags === undefined ? source.tags : tagsOf(draft.tags)
    return makeCopy(c, id, { title, kind, language, ...standing(draft), lineage, tags }, { source, content })
  }

  return {
    async fromRequest(c, id, draft, lineage = freshId()) {
      await spend(c, rates.create)
      const { template } = draft
      if (template !== undefined) return fromTemplate(c, id, { ...draft, template }, lineage)
      const { kind = 'markdown', content = '', language = null } = draft
      const place = { ...standing(draft), lineage }
      refuseFaults(content)
      return make(c, id, { title: titleFor(draft, kind, content), kind, language, ...place }, content)
    },

    async duplicate(c, original, id) {
      const source = await authorisedContent(c, deps, original, 'read')
      await spend(c, rates.create)
      const { kind, language, tags } = source
      const title = cutTitle(`Copy of ${source.title}`) ?? source.title
      // The folder may go meanwhile; a copy in no folder is better than none.
      const folder = source.folder === null ? null : ((await storage.folders.get(source.folder))?.id ?? null)
      const content = await contentOf(source)
      const beginning = { title, kind, lineage: freshId(), language, tags, folder, isTemplate: false }
      return makeCopy(c, id, beginning, { source, content })
    },
  }
}

function standing({ folderId = null, tags = [], isTemplate = false }: NewDocument) {
  return { folder: folderId === null ? null : folderIdOf(folderId), tags: tagsOf(tags), isTemplate }
}

function titleFor(draft: NewDocument, kind: DocumentKind, content: string): string {
  return draft.title ?? titleOf(content, kind) ?? 'Untitled'
}

/** `null`: nothing is left of it. Never through the middle of a character. */
function cutTitle(title: string): string | null {
  const cut = title
    .trim()
    .slice(0, limits.titleLength)
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
  return cut === '' ? null : cut
}
