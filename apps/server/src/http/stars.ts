import type { OpenAPIHono } from '@hono/zod-openapi'
import { routes } from '@weft/protocol'
import { authorised } from './authorised.ts'
import type { HttpDeps, HttpEnv } from './env.ts'

/** Stars are one's own: whoever may read a document may star it, in the trash too. */
export function serveStars(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { marks } = deps.storage

  api.openapi(routes.starDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'read')
    await marks.star(c.var.actor.id, id, deps.timers.now())
    return c.body(null, 204)
  })

  api.openapi(routes.unstarDocument, async (c) => {
    const { id } = await authorised(c, deps, c.req.valid('param').id, 'read')
    await marks.unstar(c.var.actor.id, id)
    return c.body(null, 204)
  })
}
