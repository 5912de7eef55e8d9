/** The API's description for programs, and a page that shows it to people. All of it comes from this server. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { apiBase } from '@weft/protocol/routes'
import type { Hono } from 'hono'
import type { HttpEnv } from './env.ts'
import { methodNotAllowed } from './methods.ts'

const description = `Documents over HTTP. Every refusal is an RFC 9457 problem document with a stable \`code\`.
A document's *revision* grows with each stored change; it is the \`ETag\` of its content and its state.`

/** From the package, by name: nothing else of it is served. */
const files = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const

/** Only its path is asked for: importing the package would load all of the page's code into the server. */
function fileOf(name: string): string {
  return fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))
}

export function serveReference(app: Hono<HttpEnv>, api: OpenAPIHono<HttpEnv>): void {
  // Made when somebody asks: nobody waits at the start for what is seldom read.
  let document: ReturnType<typeof describe> | null = null
  app.get('/api', (c) => c.redirect('/api/docs', 302))
  app.get('/api/openapi.json', (c) => {
    document ??= describe(api)
    return c.json(document, 200, { 'cache-control': 'no-cache' })
  })
  app.get('/api/docs', (c) => c.html(page, 200, { 'cache-control': 'no-cache' }))
  app.get('/api/docs/start.js', (c) =>
    c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' }),
  )
  for (const [name, type] of Object.entries(files)) {
    app.get(`/api/docs/${name}`, async (c) => {
      const bytes = new Uint8Array(await readFile(fileOf(name)))
      return c.body(bytes, 200, { 'content-type': type, 'cache-control': 'public, max-age=3600' })
    })
  }
  for (const path of ['/api', '/api/openapi.json', '/api/docs']) app.all(path, methodNotAllowed(['GET']))
}

function describe(api: OpenAPIHono<HttpEnv>) {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Weft', version: '1', description, license: { name: 'MIT' } },
    servers: [{ url: apiBase }],
    tags: [
      { name: 'Documents', description: 'What documents are called and where they are.' },
      { name: 'Content', description: 'What is in them.' },
      { name: 'Attachments', description: 'Files that belong to a document.' },
      { name: 'Import and export', description: 'Documents from files, and files from documents.' },
      { name: 'Events', description: 'What happens to them.' },
      { name: 'Webhooks', description: 'Who is told of that.' },
      { name: 'You', description: 'Who you are to this server.' },
    ],
  })
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Weft API</title>
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="reference"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`

// Without a validator address the page would ask a server elsewhere about this one.
const script = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
})
`
