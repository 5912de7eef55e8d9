import type { OpenAPIHono } from '@hono/zod-openapi'
import { limits } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import { create as disposition } from 'content-disposition'
import { exportArchive } from '../export/export-archive.ts'
import { fileNameFor } from '../export/file-names.ts'
import { htmlPage } from '../html.ts'
import { endingFor } from '../import/file-format.ts'
import type { DocumentRecord } from '../storage/storage.ts'
import { authorisedContent } from './authorised.ts'
import { contentPolicy, tooSlow } from './content-answer.ts'
import { resource } from './document-resource.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { Refused } from './refused.ts'
import { streamed } from './streamed.ts'

export function serveExports(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, updates, access, reader, timers, log } = deps
  let underWay = 0

  api.openapi(routes.exportDocument, async (c) => {
    const record = await authorisedContent(c, deps, c.req.valid('param').id, 'read')
    const { format = record.kind === 'yjs' ? 'yjs' : 'source' } = c.req.valid('query')
    if (format === 'yjs') {
      const { content, revision } = await reader.state(record)
      return c.body(content, 200, fileHeaders(record, '.yjs', 'application/octet-stream', revision))
    }
    if (record.kind === 'yjs') throw new Refused('not-a-text-document')
    if (format === 'html') return htmlFile(c, record)
    const { content, revision } = await reader.text(record)
    if (format === 'json') {
      const document = { ...(await resource(c, deps, record)), revision, content }
      const headers = fileHeaders(record, '.json', 'application/json', revision)
      return c.body(`${JSON.stringify(document, null, 2)}\n`, 200, headers)
    }
    const ending = format === 'source' ? endingFor(record.kind, record.language) : `.${format}`
    const type = ending === '.md' ? 'text/markdown' : 'text/plain'
    return c.body(content, 200, fileHeaders(record, ending, `${type}; charset=utf-8`, revision))
  })

  api.openapi(routes.exportAll, async (c) => {
    const day = new Date(timers.now()).toISOString().slice(0, 10)
    const headers = {
      'content-type': 'application/zip',
      'content-disposition': disposition(`weft-${day}.zip`),
    }
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    return c.body(await archive(c), 200, headers)
  })

  /** A page that stands alone; what it shows of this server is still there for whoever may see it. */
  async function htmlFile(c: HttpContext, record: DocumentRecord): Promise<Response> {
    const as = record.kind === 'markdown' ? 'html-of-markdown' : 'html-of-text'
    const { content, revision } = await reader.shown(record, { part: null, as }).catch(tooSlow)
    if (content.type !== 'shown') throw new Refused('not-renderable')
    const page = htmlPage({ title: record.title, body: withOrigin(content.content, c.var.origin) })
    const headers = fileHeaders(record, '.html', 'text/html; charset=utf-8', revision)
    return c.body(page, 200, { ...headers, 'content-security-policy': contentPolicy })
  }

  async function archive(c: HttpContext): Promise<ReadableStream<Uint8Array>> {
    if (underWay >= limits.exportsAtOnce)
      throw new Refused('too-many-requests', { headers: { 'retry-after': '30' } })
    underWay++
    const ended = () => {
      underWay--
    }
    const broken = (error: unknown) => log.error({ err: error }, 'an export broke off')
    try {
      const made = await exportArchive(c.var.actor, { storage, updates, access, timers }, ended)
      return streamed(c, made, broken)
    } catch (error) {
      ended()
      throw error
    }
  }
}

/** Links that lead to this server by their path alone, with its name. Nothing but a tag holds a `<`. */
function withOrigin(html: string, origin: string): string {
  return html.replace(/<(?:a|img)\b[^>]*>/g, (tag) =>
    tag.replace(/ (src|href)="\/(?!\/)/, (_, name: string) => ` ${name}="${origin}/`),
  )
}

function fileHeaders(record: DocumentRecord, ending: string, type: string, revision: number) {
  return {
    'content-type': type,
    'content-disposition': disposition(fileNameFor(record.title, ending)),
    etag: `"${revision}"`,
  }
}
