import type { OpenAPIHono } from '@hono/zod-openapi'
import { mayWrite } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import type { PageMark } from '../storage/storage.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'

const purgedAtOnce = 100

export function serveTrash(api: OpenAPIHono<HttpEnv>, { storage, access, timers }: HttpDeps): void {
  const { documents } = storage

  async function empty(c: HttpContext): Promise<number> {
    let deleted = 0
    for (let after: PageMark | null = null; ; ) {
      const page = await documents.list({ trashed: true, title: null, limit: purgedAtOnce, after })
      const mine = page.documents.filter((record) => {
        const role = access.roleOf(c.var.actor, record)
        return role !== null && mayWrite(role)
      })
      const ids = mine.map(({ id }) => id)
      deleted += (await documents.purge(ids, timers.now(), c.var.actor.id)).length
      if (page.next === null) return deleted
      after = page.next
    }
  }

  api.openapi(routes.emptyTrash, async (c) => c.json({ deleted: await empty(c) }, 200))
}
