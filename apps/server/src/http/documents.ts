import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { titleOf } from '@weft/document'
import { type DocumentId, routes, textFault } from '@weft/protocol'
import { freshId } from '../fresh-id.ts'
import type { DocumentChanges, DocumentRecord } from '../storage/storage.ts'
import { authorised, documentId } from './authorised.ts'
import { addressOf, resource } from './document-resource.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { spend } from './guards.ts'
import { folderIdOf, tagsOf } from './places.ts'
import { Refused } from './refused.ts'

type NewDocument = z.output<
  (typeof routes)['createDocument']['request']['body']['content']['application/json']['schema']
>

type Changes = z.output<
  (typeof routes)['changeDocument']['request']['body']['content']['application/json']['schema']
>

export function serveDocuments(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, rooms, worker, timers, rates } = deps
  const { documents } = storage

  async function create(c: HttpContext, id: DocumentId, draft: NewDocument): Promise<DocumentRecord> {
    await spend(c, rates.create)
    const { kind = 'markdown', content = '', language = null, folderId = null } = draft
    const tags = tagsOf(draft.tags ?? [])
    refuseCarriageReturns(content)
    const createdAt = timers.now()
    const createdBy = c.var.actor.id
    const update = content === '' ? null : await worker.writeText(content)
    return documents.create({
      id,
      kind,
      language,
      title: draft.title ?? titleOf(content, kind) ?? 'Untitled',
      lineage: freshId(),
      createdBy,
      createdAt,
      folder: folderId === null ? null : folderIdOf(folderId),
      tags,
      isTemplate: draft.isTemplate ?? false,
      first: update === null ? null : { update, actor: createdBy, at: createdAt },
    })
  }

  api.openapi(routes.createDocument, async (c) => {
    const record = await create(c, documentId(freshId()), c.req.valid('json'))
    return c.json(await resource(c, deps, record), 201, { location: addressOf(record) })
  })

  api.openapi(routes.createDocumentWithId, async (c) => {
    const record = await create(c, documentId(c.req.valid('param').id), c.req.valid('json'))
    return c.json(await resource(c, deps, record), 201, { location: addressOf(record) })
  })

  api.openapi(routes.getDocument, async (c) => {
    const record = await authorised(c, deps, c.req.valid('param').id, 'read')
    return c.json(await resource(c, deps, record), 200)
  })

  api.openapi(routes.changeDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'write')
    const record = await documents.update(id, changesOf(c.req.valid('json')), timers.now())
    if (record === null) throw new Refused('document-in-trash')
    return c.json(await resource(c, deps, record), 200)
  })

  api.openapi(routes.trashDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'write')
    await documents.trash(id, timers.now())
    rooms.dismiss(id)
    return c.body(null, 204)
  })

  api.openapi(routes.restoreDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'write')
    const record = await documents.restore(id)
    if (record === null) throw new Refused('not-found')
    return c.json(await resource(c, deps, record), 200)
  })
}

function changesOf({ folderId, tags, pinned, ...sent }: Changes): DocumentChanges {
  const { title, language, isTemplate } = sent
  return {
    ...(title !== undefined && { title }),
    ...(language !== undefined && { language }),
    ...(folderId !== undefined && { folder: folderId === null ? null : folderIdOf(folderId) }),
    ...(tags !== undefined && { tags: tagsOf(tags) }),
    ...(pinned !== undefined && { isPinned: pinned }),
    ...(isTemplate !== undefined && { isTemplate }),
  }
}

function refuseCarriageReturns(content: string): void {
  if (textFault(content) !== 'malformed-line-ends') return
  const line = content.slice(0, content.indexOf('\r')).split('\n').length
  throw new Refused('malformed-line-ends', { detail: `There is a carriage return in line ${line}.` })
}
