/**
 * The web app, as it was built: files with a hash in their name for ever, all others and the page itself only after
 * asking. Every address of a page gets the same page; what it shows is decided in the browser.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { getMimeType } from 'hono/utils/mime'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { methodNotAllowed } from './methods.ts'
import { Refused } from './refused.ts'

/** Names that the build gives; anything else could be a way out of the folder. */
const fileName = /^(\/[\w-][\w.-]*)+\.\w+$/

const forEver = 'public, max-age=31536000, immutable'
const askFirst = 'no-cache'

export function serveWebApp(app: Hono<HttpEnv>, { webFolder }: Pick<HttpDeps, 'webFolder'>): void {
  app.get('*', async (c) => {
    const { path } = c.req
    if (!isFile(path)) return (await file(c, webFolder, '/index.html')) ?? notBuilt(c)
    const found = fileName.test(path) && !isCompressed(path) ? await file(c, webFolder, path) : null
    if (found === null) throw new Refused('not-found')
    return found
  })
  app.all('*', methodNotAllowed(['GET']))
}

/** Pages have no extension. */
function isFile(path: string): boolean {
  return path.slice(path.lastIndexOf('/')).includes('.')
}

/** Those stand beside the file that they are a form of. */
function isCompressed(path: string): boolean {
  return path.endsWith('.br') || path.endsWith('.gz')
}

const forms = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
] as const

/** The file in the smallest form that the browser takes, or `null`. */
async function file(c: HttpContext, folder: string, path: string): Promise<Response | null> {
  const wanted = accepts(c, {
    header: 'Accept-Encoding',
    supports: forms.map(({ encoding }) => encoding),
    default: 'identity',
  })
  const form = forms.find(({ encoding }) => encoding === wanted)
  const compressed = form === undefined ? null : await contents(join(folder, path + form.suffix))
  const bytes = compressed ?? (await contents(join(folder, path)))
  if (bytes === null) return null
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const headers = {
    'cache-control': path.startsWith('/assets/') ? forEver : askFirst,
    vary: 'accept-encoding',
    etag,
  }
  if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304, headers)
  return c.body(bytes, 200, {
    ...headers,
    'content-type': getMimeType(path) ?? 'application/octet-stream',
    ...(compressed === null || form === undefined ? {} : { 'content-encoding': form.encoding }),
  })
}

async function contents(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return null
    throw error
  }
}

function notBuilt(c: HttpContext): Response {
  return c.html(notBuiltPage, 503, { 'cache-control': 'no-store' })
}

const notBuiltPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Weft</title>
<h1>The web app is not built</h1>
<p>The API and sync work. For the pages, run <code>npm start</code> in the folder of Weft, or <code>pnpm build</code>
while the server runs, then load this page again.</p>
<p><a href="/api/docs">API reference</a></p>
</html>
`
