import type { OpenAPIHono } from '@hono/zod-openapi'
import { routes } from '@weft/protocol'
import { DocumentGone, type LogPosition } from '@weft/sync'
import { TooLate, within } from '../clock.ts'
import { authorisedContent } from './authorised.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { wholeBody } from './guards.ts'
import { Refused } from './refused.ts'

export function serveContent(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { reader, rooms, timers } = deps

  /** Into the trash, or away, while `work` was under way: says which. */
  async function whileThere<Result>(c: HttpContext, id: string, work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } catch (error) {
      if (error instanceof DocumentGone) await authorisedContent(c, deps, id, 'read')
      throw error
    }
  }

  api.openapi(routes.getContent, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    if (record.kind === 'yjs') throw new Refused('not-a-text-document')
    if (hasAlready(c, record.revision)) return unchanged(record.revision)
    const { content, revision } = await whileThere(c, record.id, reader.text(record))
    if (hasAlready(c, revision)) return unchanged(revision)
    const type = record.kind === 'markdown' ? 'text/markdown' : 'text/plain'
    return c.body(content, 200, { 'content-type': `${type}; charset=utf-8`, ...revisionHeaders(revision) })
  })

  api.openapi(routes.getState, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    if (hasAlready(c, record.revision)) return unchanged(record.revision)
    const { content, revision } = await whileThere(c, record.id, reader.state(record))
    if (hasAlready(c, revision)) return unchanged(revision)
    return c.body(content, 200, { 'content-type': 'application/octet-stream', ...revisionHeaders(revision) })
  })

  api.openapi(routes.postUpdate, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'write')
    const written = rooms.write(record.id, await wholeBody(c), c.var.actor)
    const revision = await whileThere(c, record.id, within(timers, commitMs, written)).catch(whetherStored)
    return c.json({ revision }, 200)
  })
}

/** A room tries for as long as its people are there; a program is told when that takes long. */
const commitMs = 5_000

function whetherStored(error: unknown): never {
  if (!(error instanceof TooLate)) throw error
  throw new Refused('storage-unavailable', {
    detail: 'The update is not stored yet. Sending it again does no harm.',
    headers: { 'retry-after': '5' },
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
