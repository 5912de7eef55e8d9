import type { OpenAPIHono, z } from '@hono/zod-openapi'
import { type Problem, problemOf } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import { createDocumentActs } from './document-acts.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { spend } from './guards.ts'
import { folderIdOf, tagsOf } from './places.ts'
import { refusalOf } from './refused.ts'

type BulkChange = z.output<
  (typeof routes)['changeDocuments']['request']['body']['content']['application/json']['schema']
>

export function serveBulk(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const acts = createDocumentActs(deps)

  /** What is to be done with each. Whatever is wrong with the request itself is refused here, before anything is done. */
  function actOf(c: HttpContext, change: BulkChange): (id: string) => Promise<unknown> {
    switch (change.action) {
      case 'trash':
        return (id) => acts.trash(c, id)
      case 'restore':
        return (id) => acts.restore(c, id)
      case 'delete':
        return (id) => acts.delete(c, id)
      case 'star':
        return (id) => acts.star(c, id)
      case 'unstar':
        return (id) => acts.unstar(c, id)
      case 'pin':
      case 'unpin':
        return (id) => acts.change(c, id, { isPinned: change.action === 'pin' })
      case 'move': {
        const folder = change.folderId === null ? null : folderIdOf(change.folderId)
        return (id) => acts.change(c, id, { folder })
      }
      case 'tag':
      case 'untag': {
        const tags = tagsOf(change.tags)
        const retag = change.action === 'tag' ? { add: tags, remove: [] } : { add: [], remove: tags }
        return (id) => acts.change(c, id, { retag })
      }
    }
  }

  async function outcome(act: () => Promise<unknown>): Promise<Problem | null> {
    try {
      await act()
      return null
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal !== null) return problemOf(refusal.code, withoutHeaders(refusal.particulars))
      deps.log.error({ err: error }, 'one of many requests failed')
      return problemOf('internal-error')
    }
  }

  api.openapi(routes.changeDocuments, async (c) => {
    const change = c.req.valid('json')
    const act = actOf(c, change)
    const results = await Promise.all(
      change.ids.map(async (id, index) => ({
        id,
        problem: await outcome(async () => {
          // The request itself counted for the first.
          if (index > 0) await spend(c, deps.rates.write)
          await act(id)
        }),
      })),
    )
    return c.json({ results }, 200)
  })
}

function withoutHeaders({
  detail,
  errors,
}: Pick<Problem, 'detail' | 'errors'>): Pick<Problem, 'detail' | 'errors'> {
  return { ...(detail !== undefined && { detail }), ...(errors !== undefined && { errors }) }
}
