import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { limits } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import type { DocumentPage, DocumentQuery, DocumentRecord } from '../storage/storage.ts'
import { cursorOf, markOf } from './cursor.ts'
import { iso, resources } from './document-resource.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { folderIdOf, tagOf } from './places.ts'
import { Refused } from './refused.ts'

type ListQuery = z.output<(typeof routes)['listDocuments']['request']['query']>

export function serveDocumentLists(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, access } = deps

  /** As many as were asked for, of those that this actor may see, unless there are no more. */
  async function page(c: HttpContext, query: DocumentQuery): Promise<DocumentPage> {
    const documents: DocumentRecord[] = []
    let after = query.after
    for (;;) {
      const found = await storage.documents.list({ ...query, limit: query.limit - documents.length, after })
      documents.push(...found.documents.filter((record) => access.roleOf(c.var.actor, record) !== null))
      after = found.next
      if (after === null || documents.length === query.limit) return { documents, next: after }
    }
  }

  api.openapi(routes.listDocuments, async (c) => {
    const { limit = limits.pageSize, cursor, ...asked } = c.req.valid('query')
    const list = listOf(asked, c)
    const after = cursor === undefined ? null : markOf(cursor, list)
    const { documents, next } = await page(c, { ...list, limit, after })
    return c.json(
      {
        documents: await resources(c, deps, documents),
        next: next === null ? null : cursorOf(next, list),
      },
      200,
    )
  })

  api.openapi(routes.listRecent, async (c) => {
    const openings = await storage.marks.openings(c.var.actor.id)
    const records = await storage.documents.getMany(openings.map(({ document }) => document))
    const visible = records.filter(
      (record) => record.trashedAt === null && access.roleOf(c.var.actor, record) !== null,
    )
    const byId = new Map((await resources(c, deps, visible)).map((document) => [document.id, document]))
    const documents = openings.flatMap(({ document: id, at }) => {
      const document = byId.get(id)
      return document === undefined ? [] : { openedAt: iso(at), document }
    })
    return c.json({ documents }, 200)
  })

  api.openapi(routes.listTags, async (c) => {
    if (!access.mayOrganise(c.var.actor)) throw new Refused('forbidden')
    const { prefix = '', limit = 100 } = c.req.valid('query')
    const folded = prefix.normalize('NFKC').toLowerCase()
    return c.json({ tags: [...(await storage.documents.tags({ prefix: folded, limit }))] }, 200)
  })
}

/** All of a query but how much of it, and from where. */
function listOf(
  asked: Omit<ListQuery, 'limit' | 'cursor'>,
  c: HttpContext,
): Omit<DocumentQuery, 'limit' | 'after'> {
  const { title = '', trashed, folder, tag, starred, pinned, template, author, kind, sort, order } = asked
  return {
    trashed: trashed === 'true',
    title: title === '' ? null : title,
    ...(folder !== undefined && { folder: folder === 'none' ? folder : folderIdOf(folder) }),
    ...(tag !== undefined && { tag: tagOf(tag, 'tag') }),
    ...(starred !== undefined && { starred: { by: c.var.actor.id, is: starred === 'true' } }),
    ...(pinned !== undefined && { isPinned: pinned === 'true' }),
    ...(template !== undefined && { isTemplate: template === 'true' }),
    ...(author !== undefined && { author }),
    ...(kind !== undefined && { kind }),
    ...(sort !== undefined && { sort }),
    ...(order !== undefined && { order }),
  }
}
