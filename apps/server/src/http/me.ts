import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Actor } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import { anonymous } from '../access.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'

export function serveMe(api: OpenAPIHono<HttpEnv>, { guests }: Pick<HttpDeps, 'guests'>): void {
  const remember = (c: HttpContext, guest: Actor) => {
    c.header('set-cookie', guests.cookieFor(guest, { secure: c.var.origin.startsWith('https:') }))
  }

  api.openapi(routes.getMe, (c) => {
    const { actor } = c.var
    if (actor.id !== anonymous.id) return c.json(actor, 200)
    const guest = guests.fresh()
    remember(c, guest)
    return c.json(guest, 200)
  })

  api.openapi(routes.putMe, (c) => {
    const { actor } = c.var
    const guest = { ...(actor.id === anonymous.id ? guests.fresh() : actor), ...c.req.valid('json') }
    remember(c, guest)
    return c.json(guest, 200)
  })
}
