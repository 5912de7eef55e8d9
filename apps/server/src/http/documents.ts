import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { titleOf } from '@weft/document'
import { apiBase, type DocumentId, type DocumentResource, limits, routes, textFault } from '@weft/protocol'
import { freshId } from '../fresh-id.ts'
import type { DocumentRecord } from '../storage/storage.ts'
import { authorised, documentId } from './authorised.ts'
import { cursorOf, markOf } from './cursor.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { spend } from './guards.ts'
import { Refused } from './refused.ts'

type NewDocument = z.output<
  (typeof routes)['createDocument']['request']['body']['content']['application/json']['schema']
>

export function serveDocuments(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, rooms, worker, timers, access, rates } = deps
  const { documents } = storage

  async function create(c: HttpContext, id: DocumentId, draft: NewDocument): Promise<DocumentRecord> {
    await spend(c, rates.create)
    const { kind = 'markdown', content = '', language = null } = draft
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
      first: update === null ? null : { update, actor: createdBy, at: createdAt },
    })
  }

  api.openapi(routes.createDocument, async (c) => {
    const record = await create(c, documentId(freshId()), c.req.valid('json'))
    return c.json(resource(record, c), 201, { location: addressOf(record) })
  })

  api.openapi(routes.createDocumentWithId, async (c) => {
    const record = await create(c, documentId(c.req.valid('param').id), c.req.valid('json'))
    return c.json(resource(record, c), 201, { location: addressOf(record) })
  })

  api.openapi(routes.listDocuments, async (c) => {
    const { limit = limits.pageSize, cursor, title = '', trashed } = c.req.valid('query')
    const page = await documents.list({
      limit,
      trashed: trashed === 'true',
      title: title === '' ? null : title,
      after: cursor === undefined ? null : markOf(cursor),
    })
    const visible = page.documents.filter((record) => access.roleOf(c.var.actor, record) !== null)
    const next = page.next === null ? null : cursorOf(page.next)
    return c.json({ documents: visible.map((record) => resource(record, c)), next }, 200)
  })

  api.openapi(routes.getDocument, async (c) => {
    const record = await authorised(c, deps, c.req.valid('param').id, 'read')
    return c.json(resource(record, c), 200)
  })

  api.openapi(routes.changeDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'write')
    const { title, language } = c.req.valid('json')
    const changes = {
      ...(title === undefined ? {} : { title }),
      ...(language === undefined ? {} : { language }),
    }
    const record = await documents.update(id, changes, timers.now(), c.var.actor.id)
    if (record === null) throw new Refused('document-in-trash')
    return c.json(resource(record, c), 200)
  })

  api.openapi(routes.trashDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'write')
    await documents.trash(id, timers.now(), c.var.actor.id)
    rooms.dismiss(id)
    return c.body(null, 204)
  })

  api.openapi(routes.restoreDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'write')
    const record = await documents.restore(id, timers.now(), c.var.actor.id)
    if (record === null) throw new Refused('not-found')
    return c.json(resource(record, c), 200)
  })
}

function resource(record: DocumentRecord, c: HttpContext): DocumentResource {
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
    url: `${c.var.origin}/d/${id}`,
  }
}

function refuseCarriageReturns(content: string): void {
  if (textFault(content) !== 'malformed-line-ends') return
  const line = content.slice(0, content.indexOf('\r')).split('\n').length
  throw new Refused('malformed-line-ends', { detail: `There is a carriage return in line ${line}.` })
}

function addressOf({ id }: DocumentRecord): string {
  return `${apiBase}/documents/${id}`
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
