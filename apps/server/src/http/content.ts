import type { OpenAPIHono } from '@hono/zod-openapi'
import { routes } from '@weft/protocol'
import { DocumentGone, type LogPosition } from '@weft/sync'
import { authorisedContent } from './authorised.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { wholeBody } from './guards.ts'
import { Refused } from './refused.ts'

export function serveContent(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { reader, rooms } = deps

  api.openapi(routes.getContent, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    if (record.kind === 'yjs') throw new Refused('not-a-text-document')
    if (hasAlready(c, record.revision)) return unchanged(record.revision)
    const { content, revision } = await reader.text(record)
    if (hasAlready(c, revision)) return unchanged(revision)
    const type = record.kind === 'markdown' ? 'text/markdown' : 'text/plain'
    return c.body(content, 200, { 'content-type': `${type}; charset=utf-8`, ...revisionHeaders(revision) })
  })

  api.openapi(routes.getState, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    if (hasAlready(c, record.revision)) return unchanged(record.revision)
    const { content, revision } = await reader.state(record)
    if (hasAlready(c, revision)) return unchanged(revision)
    return c.body(content, 200, { 'content-type': 'application/octet-stream', ...revisionHeaders(revision) })
  })

  api.openapi(routes.postUpdate, async (c) => {
    const { id } = c.req.valid('param')
    const record = await authorisedContent(c, deps, id, 'write')
    const update = await wholeBody(c)
    try {
      return c.json({ revision: await rooms.write(record.id, update, c.var.actor) }, 200)
    } catch (error) {
      // Into the trash, or away, while this was on its way: say which.
      if (error instanceof DocumentGone) await authorisedContent(c, deps, id, 'write')
      throw error
    }
  })
}

/** `If-None-Match` is `*` or a list of tags, weak or not; what changes with each revision is the same by any of them. */
function hasAlready(c: HttpContext, revision: LogPosition): boolean {
  const header = c.req.header('if-none-match')?.trim()
  if (header === undefined) return false
  const tags: readonly string[] = header.match(/"[^"]*"/g) ?? []
  return header === '*' || tags.includes(`"${revision}"`)
}

function unchanged(revision: LogPosition): Response {
  return new Response(null, { status: 304, headers: revisionHeaders(revision) })
}

/** Caches may keep an answer, but ask before each use. */
function revisionHeaders(revision: LogPosition): Record<string, string> {
  return { etag: `"${revision}"`, 'cache-control': 'private, no-cache' }
}
