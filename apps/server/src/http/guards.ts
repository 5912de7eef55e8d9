/** What a request must be before any handler sees it. Each guard refuses; none repairs. */
import type { RouteConfig } from '@hono/zod-openapi'
import { limits } from '@weft/protocol'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Rate } from '../rates.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { Refused } from './refused.ts'

type Guard = MiddlewareHandler<HttpEnv>

/** Paths that a proxy may read in another way than this server: refused before anything is looked up by them. */
const ambiguous = /\/\/|\\|%2f|%5c|%2e|\/\.{1,2}(\/|$)/i

export const plainPath: Guard = async (c, next) => {
  // The address as it was sent: a Request object has already resolved its dots.
  const sent = c.env?.incoming?.url ?? new URL(c.req.url).pathname
  const path = sent.split('?', 1)[0] ?? ''
  if (!path.startsWith('/') || ambiguous.test(path)) throw new Refused('not-found')
  await next()
}

/** Refuses foreign hosts and origins; tells handlers who asks, and from where. */
export function admitted({ access, addressOf }: Pick<HttpDeps, 'access' | 'addressOf'>): Guard {
  return async (c, next) => {
    const admission = access.admit({
      host: c.req.header('host') ?? new URL(c.req.url).host,
      origin: c.req.header('origin'),
      cookie: c.req.header('cookie'),
      plainRead: c.req.method === 'GET' || c.req.method === 'HEAD',
    })
    if ('refused' in admission) {
      throw new Refused(admission.refused, { detail: whatToSet[admission.refused] })
    }
    c.set('actor', admission.actor)
    c.set('origin', admission.origin)
    c.set('address', c.env?.incoming === undefined ? '' : addressOf(c.env.incoming))
    await next()
  }
}

const whatToSet = {
  'wrong-host': 'If people reach this server under that name, its operator must say so in WEFT_ORIGINS.',
  'foreign-origin': 'If this server is behind that origin, its operator must say so in WEFT_ORIGINS.',
}

/** Refuses who changes things too often. Reading is not counted. */
export function paced({ write }: HttpDeps['rates']): Guard {
  return async (c, next) => {
    if (!readingMethods.has(c.req.method)) await spend(c, write)
    await next()
  }
}

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Counts one act of whoever asks. */
export async function spend(c: HttpContext, rate: Rate): Promise<void> {
  const seconds = await rate({ actor: c.var.actor, address: c.var.address })
  if (seconds > 0) throw new Refused('too-many-requests', { headers: { 'retry-after': `${seconds}` } })
}

/** Refuses query parameters where a route has none; those that have some say which in their schema. */
export const noQuery: Guard = async (c, next) => {
  const names = Object.keys(c.req.query())
  if (names.length > 0) {
    throw new Refused('invalid-request', {
      errors: names.map((name) => ({ path: name, message: 'This address takes no parameters.' })),
    })
  }
  await next()
}

/** Type, size and encoding of a body, by what its route declares. */
export function bodyOf(route: RouteConfig, largestUpdate: number): readonly Guard[] {
  const types = Object.keys(route.request?.body?.content ?? {})
  // What is stored as it comes has its own limits: see uploads.ts.
  if (types.length === 0 || types.includes('*/*')) return []
  const isJson = types.includes('application/json')
  const isText = types.every((type) => type.startsWith('text/'))
  const maxSize = isJson ? limits.jsonBytes : isText ? limits.textBytes : largestUpdate
  const tooLarge = () => {
    // Whoever sends that much is not waited for: the connection ends after the answer.
    throw new Refused('too-large', {
      detail: `The limit is ${maxSize} bytes.`,
      headers: { connection: 'close' },
    })
  }
  const guards = [contentType(types, isText), bodyLimit({ maxSize, onError: tooLarge })]
  return isJson ? [...guards, strictText] : guards
}

/** `mayBeUnsaid`: a body that names no type is what the route takes, as `curl -T` sends a file. */
function contentType(types: readonly string[], mayBeUnsaid: boolean): Guard {
  return async (c, next) => {
    const said = c.req.header('content-type')
    const [type = '', ...parameters] = (said ?? '').toLowerCase().split(';')
    const charsets = parameters
      .map((parameter) => parameter.trim())
      .filter((text) => text.startsWith('charset='))
    const isUtf8 = charsets.every((text) => /^charset="?utf-8"?$/.test(text))
    const encoding = c.req.header('content-encoding') ?? 'identity'
    const isTaken = types.includes(type.trim()) || (mayBeUnsaid && said === undefined)
    if (!isTaken || !isUtf8 || encoding !== 'identity') {
      const given = said === undefined ? 'names no type' : `says ${said.slice(0, 100)}`
      throw new Refused('unsupported-media-type', {
        detail: `Send ${types.join(' or ')}, in UTF-8 and not compressed. This request ${given}.`,
      })
    }
    await next()
  }
}

/** Bytes that are not UTF-8 would otherwise be replaced without a word. */
const strictText: Guard = async (c, next) => {
  const bytes = await wholeBody(c)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    c.req.raw = new Request(c.req.raw, { body: text })
  } catch {
    throw new Refused('malformed-text', { detail: 'The body is not UTF-8.' })
  }
  await next()
}

/** The body's bytes. A client that goes in the middle is refused rather than an error of the server. */
export async function wholeBody(c: HttpContext): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await c.req.raw.arrayBuffer())
  } catch {
    throw new Refused('invalid-request', { detail: 'The body was cut off.' })
  }
}
