import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AttachmentResource } from '@weft/protocol'
import { apiBase, routes } from '@weft/protocol/routes'
import { DocumentGone } from '@weft/sync'
import type { Hono } from 'hono'
import { attachmentType, isPicture } from '../attachment-type.ts'
import { freshId } from '../fresh-id.ts'
import type { AttachmentRecord } from '../storage/storage.ts'
import { authorised, authorisedContent } from './authorised.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { fileAnswer } from './file-answer.ts'
import { methodNotAllowed } from './methods.ts'
import { Refused } from './refused.ts'
import { repeatOf } from './repeatable.ts'
import { uploadedBytes } from './uploads.ts'

/** Where Markdown finds them. */
const publicPath = '/attachments'

export function serveAttachments(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { timers, attachmentBytes } = deps
  const { attachments } = deps.storage

  api.openapi(routes.addAttachment, async (c) => {
    const document = await authorisedContent(c, deps, c.req.valid('param').id, 'write')
    const { name = 'file' } = c.req.valid('query')
    const { noted, note } = repeatOf(c)
    const before = noted === null ? null : await attachments.get(noted)
    if (before !== null) return added(c, before)
    const file = await attachments.receive(uploadedBytes(c, attachmentBytes), attachmentBytes)
    try {
      if (file.bytes === 0) throw new Refused('invalid-request', { detail: 'The body is empty.' })
      const draft = {
        id: noted ?? freshId(),
        document: document.id,
        name: name.toWellFormed(),
        type: await attachmentType(file.head, file.head.length === file.bytes),
        createdBy: c.var.actor.id,
        createdAt: timers.now(),
      }
      if (noted === null) await note(draft.id)
      const record = await attachments.add(draft, file).catch(async (error: unknown) => {
        // Into the trash while the file came: says so.
        if (error instanceof DocumentGone) await authorisedContent(c, deps, document.id, 'write')
        throw error
      })
      return added(c, record)
    } finally {
      await attachments.discard(file)
    }
  })

  function added(c: HttpContext, record: AttachmentRecord) {
    const location = `${apiBase}/documents/${record.document}/attachments/${record.id}`
    return c.json(resource(record, c), 201, { location })
  }

  api.openapi(routes.listAttachments, async (c) => {
    const document = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    const records = await attachments.list(document.id)
    return c.json({ attachments: records.map((record) => resource(record, c)) }, 200)
  })

  api.openapi(routes.getAttachment, async (c) => {
    const { id, attachment } = c.req.valid('param')
    const file = await authorisedAttachment(c, deps, attachment, 'read')
    if (file.document !== id) throw new Refused('not-found')
    return fileAnswer(c, file, deps)
  })

  api.openapi(routes.deleteAttachment, async (c) => {
    const { id, attachment } = c.req.valid('param')
    const file = await authorisedAttachment(c, deps, attachment, 'write')
    if (file.document !== id) throw new Refused('not-found')
    await attachments.remove(file.id)
    return c.body(null, 204)
  })
}

/** The same files under an address that is short enough for a text. */
export function serveAttachmentLinks(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const path = `${publicPath}/:attachment{[\\w-]{22}}`
  app.get(path, async (c) => {
    const file = await authorisedAttachment(c, deps, c.req.param('attachment'), 'read')
    return fileAnswer(c, file, deps)
  })
  app.all(path, methodNotAllowed(['GET']))
  app.all(`${publicPath}/*`, () => {
    throw new Refused('not-found')
  })
}

/** The attachment, if its document's content may be had. */
async function authorisedAttachment(
  c: HttpContext,
  deps: Pick<HttpDeps, 'storage' | 'access'>,
  id: string,
  need: 'read' | 'write',
): Promise<AttachmentRecord> {
  const file = await deps.storage.attachments.get(id)
  if (file === null) throw new Refused('not-found')
  // A picture that a page shows is not the document being opened.
  const document = await authorised(c, deps, file.document, need)
  if (document.trashedAt !== null) throw new Refused('document-in-trash')
  return file
}

function resource(record: AttachmentRecord, c: HttpContext): AttachmentResource {
  const { id, document, name, type, bytes, createdAt } = record
  const path = `${publicPath}/${id}`
  return {
    id,
    document,
    name,
    type,
    bytes,
    createdAt: new Date(createdAt).toISOString(),
    url: `${c.var.origin}${path}`,
    markdown: `${isPicture(type) ? '!' : ''}[${name.replace(/[\\[\]`*_<>&!]/g, '\\$&')}](${path})`,
  }
}
