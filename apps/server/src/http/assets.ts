/**
 * The web app, as it was built: files with a hash in their name for ever, all others and the page itself only after
 * asking. Every address of a page gets the same page; what it shows is decided in the browser.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { parseAccept } from 'hono/utils/accept'
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

/** Smallest first. */
const forms = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
] as const

/** The file in the smallest form that is there and that the browser takes, or `null`. */
async function file(c: HttpContext, folder: string, path: string): Promise<Response | null> {
  const accepted = parseAccept(c.req.header('accept-encoding') ?? '').filter(({ q }) => q > 0)
  for (const { encoding, suffix } of forms) {
    if (!accepted.some(({ type }) => type === encoding)) continue
    const bytes = await contents(join(folder, path + suffix))
    if (bytes !== null) return answer(c, path, bytes, { 'content-encoding': encoding })
  }
  const bytes = await contents(join(folder, path))
  return bytes === null ? null : answer(c, path, bytes, {})
}

function answer(
  c: HttpContext,
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  encoding: Record<string, string>,
): Response {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const caching = {
    'cache-control': path.startsWith('/assets/') ? forEver : askFirst,
    vary: 'accept-encoding',
    etag,
  }
  if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304, caching)
  const type = getMimeType(path) ?? 'application/octet-stream'
  return c.body(bytes, 200, { ...caching, ...encoding, 'content-type': type })
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
