import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { routes } from '@weft/protocol/routes'
import { freshId } from '../fresh-id.ts'
import type { DocumentChanges, DocumentRecord } from '../storage/storage.ts'
import { authorised, documentId } from './authorised.ts'
import { createDocumentActs } from './document-acts.ts'
import { addressOf, resource } from './document-resource.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { createDocumentMaker } from './new-documents.ts'
import { folderIdOf, tagsOf } from './places.ts'
import { madeOnce, repeatOf } from './repeatable.ts'

type Changes = z.output<
  (typeof routes)['changeDocument']['request']['body']['content']['application/json']['schema']
>

export function serveDocuments(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const maker = createDocumentMaker(deps)
  const acts = createDocumentActs(deps)

  async function created(c: HttpContext, record: DocumentRecord) {
    return c.json(await resource(c, deps, record), 201, { location: addressOf(record) })
  }

  const find = (id: string) => deps.storage.documents.get(documentId(id))

  api.openapi(routes.createDocument, async (c) => {
    const make = (id: string) => maker.fromRequest(c, documentId(id), c.req.valid('json'))
    return created(c, await madeOnce(c, find, make))
  })

  /** The id may be somebody else's by the time the request comes again; the lineage never is. */
  api.openapi(routes.createDocumentWithId, async (c) => {
    const { id } = c.req.valid('param')
    const { noted, note } = repeatOf(c)
    const before = noted === null ? null : await find(id)
    if (before !== null && before.lineage === noted) return created(c, before)
    const lineage = noted ?? freshId()
    if (noted === null) await note(lineage)
    return created(c, await maker.fromRequest(c, documentId(id), c.req.valid('json'), lineage))
  })

  api.openapi(routes.duplicateDocument, async (c) => {
    const make = (id: string) => maker.duplicate(c, c.req.valid('param').id, documentId(id))
    return created(c, await madeOnce(c, find, make))
  })

  api.openapi(routes.getDocument, async (c) => {
    const record = await authorised(c, deps, c.req.valid('param').id, 'read')
    return c.json(await resource(c, deps, record), 200)
  })

  api.openapi(routes.changeDocument, async (c) => {
    const record = await acts.change(c, c.req.valid('param').id, changesOf(c.req.valid('json')))
    return c.json(await resource(c, deps, record), 200)
  })

  api.openapi(routes.trashDocument, async (c) => {
    const { id } = c.req.valid('param')
    if (c.req.valid('query').forever === 'true') await acts.delete(c, id)
    else await acts.trash(c, id)
    return c.body(null, 204)
  })

  api.openapi(routes.restoreDocument, async (c) => {
    const record = await acts.restore(c, c.req.valid('param').id)
    return c.json(await resource(c, deps, record), 200)
  })

  api.openapi(routes.starDocument, async (c) => {
    await acts.star(c, c.req.valid('param').id)
    return c.body(null, 204)
  })

  api.openapi(routes.unstarDocument, async (c) => {
    await acts.unstar(c, c.req.valid('param').id)
    return c.body(null, 204)
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
