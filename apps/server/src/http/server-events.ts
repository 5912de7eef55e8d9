import type { OpenAPIHono } from '@hono/zod-openapi'
import type { ServerEvent } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import type { StoredEvent } from '../storage/storage.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { sentEvent, sentId, sentStart } from './event-words.ts'
import { awaited, streamed } from './followed.ts'
import { negotiated } from './negotiated.ts'
import { Refused } from './refused.ts'

const eventsAtOnce = 100

interface Found {
  readonly events: readonly { readonly event: ServerEvent; readonly sequence: number }[]
  readonly next: number
  /** There may be more. */
  readonly isPart: boolean
}

export function serveServerEvents(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, access, news, timers } = deps

  async function look(c: HttpContext, after: number): Promise<Found> {
    const { events, next, last, isWhole } = await storage.events.read({
      after,
      document: null,
      limit: eventsAtOnce,
    })
    if (!isWhole) {
      const event = { type: 'reset', at: iso(timers.now()) } as const
      return { events: [{ event, sequence: last }], next: last, isPart: false }
    }
    const records = await storage.documents.getMany([...new Set(events.map(({ document }) => document))])
    const visible = new Set(
      records.filter((record) => access.roleOf(c.var.actor, record) !== null).map(({ id }) => id),
    )
    const told = events.filter(({ document, type }) => visible.has(document) || type === 'deleted')
    return {
      events: told.map((stored) => ({ event: eventOf(stored), sequence: stored.sequence })),
      next,
      isPart: events.length === eventsAtOnce,
    }
  }

  api.openapi(routes.getEvents, async (c) => {
    const { after, wait } = c.req.valid('query')
    const [first, second] = ['text/event-stream', 'application/json'] as const
    const type = negotiated(c, wait === undefined ? [first, second] : [second, first])
    const start = sequenceIn(c.req.header('last-event-id') ?? after) ?? (await lastSequence())
    const listen = (ring: () => void) => news.hear(null, ring)
    if (type === 'application/json') {
      let place = start
      const found = await awaited(c, deps, wait ?? 0, listen, async () => {
        const one = await look(c, place)
        place = one.next
        return one.events.length > 0 || one.isPart ? one : null
      })
      const events = (found?.events ?? []).map(({ event }) => event)
      return c.json({ events, next: `${place}` }, 200)
    }
    if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': type } })
    return streamed(c, deps, type, (stream) => {
      let place = start
      stream.send(sentStart(`${start}`))
      return {
        listen,
        // Each event is held against its reader's rights by itself.
        mayStay: async () => true,
        async look() {
          const { events, next, isPart } = await look(c, place)
          for (const { event, sequence } of events) stream.send(sentEvent(event, `${sequence}`))
          if (next !== (events.at(-1)?.sequence ?? place)) stream.send(sentId(`${next}`))
          place = next
          return isPart
        },
      }
    })
  })

  async function lastSequence(): Promise<number> {
    return (await storage.events.read({ after: 0, document: null, limit: 1 })).last
  }
}

function eventOf({ type, document, title, language, revision, actor, at }: StoredEvent): ServerEvent {
  return { type, document, title, language, revision, actor, at: iso(at) }
}

function sequenceIn(text: string | undefined): number | null {
  if (text === undefined) return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Refused('invalid-request', {
    errors: [{ path: 'last-event-id', message: 'This is no id of this stream.' }],
  })
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
