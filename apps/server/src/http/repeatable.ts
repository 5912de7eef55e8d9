/**
 * Requests that may come again. The first answer to an `Idempotency-Key` is kept for a day, durably, and given to
 * whoever repeats the request; a request that was refused has changed nothing, and is tried again.
 *
 * A crash may come between a change and its kept answer. Handlers that would change something twice then note, before
 * the change, what makes the second time the same as the first: see {@link madeOnce} and content-writer.ts.
 */
import { createHash } from 'node:crypto'
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { MiddlewareHandler } from 'hono'
import { TooLate, within } from '../clock.ts'
import { neverAgain, type Repeat } from '../content-writer.ts'
import { freshId } from '../fresh-id.ts'
import type { AnswerStore, FirstRequest, KeptAnswer, KeptRequest } from '../storage/storage.ts'
import type { HttpContext, HttpEnv } from './env.ts'
import { wholeBody } from './guards.ts'
import { Refused } from './refused.ts'

export interface RepeatableDeps {
  readonly answers: AnswerStore
  readonly timers: Timers
}

/** `itself`: the request is its own key. `null`: it does not come again. */
export type RepeatKey = { readonly key: string } | 'itself' | null

export interface Repeatable {
  /** `announced`: of a body that is a file, its length and type stand for it, so that it is never whole in memory. */
  readonly body?: 'read' | 'announced'
  /** `note`: the handler knows by its note what to answer a request that comes again. */
  readonly keeps?: 'answer' | 'note'
}

export type RepeatGuard = (
  keyOf: (c: HttpContext) => RepeatKey,
  how?: Repeatable,
) => MiddlewareHandler<HttpEnv>

/** For all routes together: the same key is one request, wherever it is sent. */
export function repeatables({ answers, timers }: RepeatableDeps): RepeatGuard {
  const underWay = new Map<string, Promise<unknown>>()

  async function aloneAt<Result>(place: string, work: () => Promise<Result>): Promise<Result> {
    for (let before = underWay.get(place); before !== undefined; before = underWay.get(place)) {
      await within(timers, limits.repeatWaitMs, before).catch((error: unknown) => {
        if (error instanceof TooLate)
          throw new Refused('idempotency-key-in-use', { headers: { 'retry-after': '1' } })
      })
    }
    const working = work()
    underWay.set(place, working)
    try {
      return await working
    } finally {
      underWay.delete(place)
    }
  }

  async function carryOut(
    c: HttpContext,
    next: () => Promise<void>,
    request: FirstRequest,
    /** `changes`: what changed nothing may be done again. */
    keeps: 'always' | 'changes' | 'never',
  ): Promise<Response | undefined> {
    const kept = await answers.find(request)
    const before = kept !== null && request.at - kept.at < limits.answersKeptMs ? kept : null
    if (before !== null && before.fingerprint !== request.fingerprint)
      throw new Refused('idempotency-key-reused')
    if (before?.answer != null) return replayed(before.answer)
    const noted = before?.note ?? null
    let hasNoted = false
    c.set('repeat', {
      noted,
      async note(text) {
        hasNoted = true
        await answers.note(request, text)
      },
    })
    await next()
    const { status } = c.res
    const isWorthKeeping = keeps !== 'never' && (keeps === 'always' || hasNoted || noted !== null)
    if (status < 300 && isWorthKeeping) await answers.keep(request, await answerOf(c))
    // Unlike after a failure, nothing was changed: the key is as good as new.
    if (status >= 300 && status < 500 && hasNoted) await answers.forget(request)
    return undefined
  }

  return (keyOf, { body = 'read', keeps = 'answer' } = {}) =>
    async (c, next) => {
      const chosen = keyOf(c)
      if (chosen === null) return next()
      const actor = c.var.actor.id
      const fingerprint = fingerprintOf(c, body === 'read' ? await readAgain(c) : announced(c))
      // No key of a client's starts with a blank.
      const key = chosen === 'itself' ? ` ${fingerprint}` : chosen.key
      const request = { actor, key, fingerprint, at: timers.now() }
      return aloneAt(`${actor} ${key}`, () =>
        carryOut(c, next, request, keeps === 'note' ? 'never' : chosen === 'itself' ? 'changes' : 'always'),
      )
    }
}

/** What a handler knows of an earlier time of the same request. */
export function repeatOf(c: HttpContext): Repeat {
  return c.var.repeat ?? neverAgain
}

/** Makes something under a fresh id; a request that comes again finds what it made before. */
export async function madeOnce<Made>(
  c: HttpContext,
  find: (id: string) => Promise<Made | null>,
  make: (id: string) => Promise<Made>,
): Promise<Made> {
  const { noted, note } = repeatOf(c)
  if (noted !== null) return (await find(noted)) ?? make(noted)
  const id = freshId()
  await note(id)
  return make(id)
}

/** As a header of its own, bare or as a string of a structured field. */
export function keyInHeader(c: HttpContext): RepeatKey {
  const header = c.req.header('idempotency-key')
  if (header === undefined) return null
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header
  if (!/^[!-~]+$/.test(key) || key.length > limits.idempotencyKeyLength) {
    const message = `Send 1 to ${limits.idempotencyKeyLength} visible ASCII characters.`
    throw new Refused('invalid-request', { errors: [{ path: 'idempotency-key', message }] })
  }
  return { key }
}

/** Whoever writes the same text on the same revision again means the same edit. */
export function keyOfText(c: HttpContext): RepeatKey {
  const base = c.req.header('if-match')?.trim()
  return keyInHeader(c) ?? (base === undefined || base === '*' ? null : 'itself')
}

/** The body, which can be read once more afterwards. */
async function readAgain(c: HttpContext): Promise<Uint8Array<ArrayBuffer>> {
  const body = await wholeBody(c)
  c.req.raw = new Request(c.req.raw, { body })
  return body
}

function announced(c: HttpContext): string {
  return JSON.stringify([c.req.header('content-length') ?? '', c.req.header('content-type') ?? ''])
}

function fingerprintOf(c: HttpContext, body: Uint8Array | string): string {
  const { pathname, search } = new URL(c.req.url)
  return createHash('sha256')
    .update(JSON.stringify([c.req.method, pathname, search, c.req.header('if-match') ?? '']))
    .update(body)
    .digest('base64url')
}

const keptHeaders = ['content-type', 'location', 'etag', 'cache-control'] as const

async function answerOf(c: HttpContext): Promise<KeptAnswer> {
  const answer = c.res
  const headers = keptHeaders.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const body = new Uint8Array(await answer.clone().arrayBuffer())
  return {
    status: answer.status,
    headers: Object.fromEntries(headers),
    body: body.length <= limits.answerBytes ? body : null,
    document: documentIn(answer.headers.get('location')) ?? documentIn(c.req.path),
  }
}

/** The document whose address it is, or that of a part of it. */
function documentIn(path: string | null): string | null {
  const [, id = null] = /^\/api\/v1\/documents\/([\w-]+)/.exec(path ?? '') ?? []
  return id
}

function replayed({ status, headers, body }: NonNullable<KeptRequest['answer']>): Response {
  if (body === null) throw new Refused('answer-not-kept')
  return new Response(status === 204 ? null : new Uint8Array(body), {
    status,
    headers: { ...headers, 'idempotent-replayed': 'true' },
  })
}
