import type { OpenAPIHono } from '@hono/zod-openapi'
import { routes } from '@weft/protocol/routes'
import { TooLate, within } from '../clock.ts'
import type { TextPart } from '../text-tasks.ts'
import { authorisedContent, whileThere } from './authorised.ts'
import { answerContent } from './content-answer.ts'
import { formFor } from './content-forms.ts'
import type { HttpDeps, HttpEnv } from './env.ts'
import { wholeBody } from './guards.ts'
import { Refused } from './refused.ts'
import { hasAlready, revisionHeaders, revisionTag, unchanged } from './revision-tags.ts'

export function serveContent(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { reader, rooms, timers } = deps

  api.openapi(routes.getContent, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    const { at = null, lines, section } = c.req.valid('query')
    const form = formFor(c.req.header('accept'), record.kind)
    const part = partOf(lines, section)
    if (form.as === 'state' && part !== null)
      throw new Refused('not-acceptable', { detail: 'A part of the text has no Yjs update.' })
    return answerContent(c, deps, record, { at, part, form })
  })

  api.openapi(routes.getState, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    if (hasAlready(c, revisionTag(record.revision))) return unchanged(revisionTag(record.revision))
    const { content, revision } = await whileThere(c, deps, record.id, reader.state(record))
    const tag = revisionTag(revision)
    if (hasAlready(c, tag)) return unchanged(tag)
    return c.body(content, 200, { 'content-type': 'application/octet-stream', ...revisionHeaders(tag) })
  })

  api.openapi(routes.postUpdate, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'write')
    const written = within(timers, commitMs, rooms.write(record.id, await wholeBody(c), c.var.actor))
    const revision = await whileThere(c, deps, record.id, written).catch(whetherStored)
    return c.json({ revision }, 200)
  })
}

/** As the schema lets it through. */
function partOf(lines: string | undefined, section: string | undefined): TextPart | null {
  if (section !== undefined) return { type: 'section', heading: section }
  const [, first, isRange, last] = /^(\d+)(-(\d+)?)?$/.exec(lines ?? '') ?? []
  if (first === undefined) return null
  const end =
    last === undefined ? (isRange === undefined ? Number(first) : Number.MAX_SAFE_INTEGER) : Number(last)
  return { type: 'lines', first: Number(first), last: end }
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
