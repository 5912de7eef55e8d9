import type { OpenAPIHono } from '@hono/zod-openapi'
import { routes } from '@weft/protocol/routes'
import { createServerEvents, type ServerLook, type ToldEvent } from '../following/server-events.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { emptyAnswer, sentStart, serverAnswer, serverEvents } from './event-words.ts'
import { awaited, streamed } from './followed.ts'
import { negotiated } from './negotiated.ts'
import { Refused } from './refused.ts'

export function serveServerEvents(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, access, news, timers } = deps
  const source = createServerEvents(storage, timers)

  /** What of a look this actor may know; all of it is the same value for everybody. */
  function toldTo({ actor }: HttpContext['var'], { events, records }: ServerLook): ServerLook['events'] {
    const mayKnow = new Map([...records].map(([id, record]) => [id, access.roleOf(actor, record) !== null]))
    const isTold = ({ event, document }: ToldEvent) =>
      document === null || (mayKnow.get(document) ?? event.type === 'deleted')
    return events.every(isTold) ? events : events.filter(isTold)
  }

  api.openapi(routes.getEvents, async (c) => {
    const { after, wait } = c.req.valid('query')
    const [first, second] = ['text/event-stream', 'application/json'] as const
    const type = negotiated(c, wait === undefined ? [first, second] : [second, first])
    const start = sequenceIn(c.req.header('last-event-id') ?? after) ?? (await source.lastSequence())
    const listen = (ring: () => void) => news.hear(null, ring)
    let place = start
    if (type === 'application/json') {
      const answer = await awaited(c, deps, wait ?? 0, listen, async () => {
        const look = await source.look(place)
        place = look.next
        const told = toldTo(c.var, look)
        return told.length > 0 || look.isPart ? serverAnswer(told, look) : null
      })
      return answer ?? emptyAnswer(`${place}`)
    }
    if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': type } })
    return streamed(c, deps, type, (stream) => {
      stream.send(sentStart(`${start}`))
      return {
        listen,
        // Each event is held against its reader's rights by itself.
        mayStay: async () => true,
        async look() {
          const look = await source.look(place)
          stream.send(serverEvents(toldTo(c.var, look), look))
          place = look.next
          // What came while others looked may be missing in it.
          return look.next !== look.from
        },
      }
    })
  })
}

function sequenceIn(text: string | undefined): number | null {
  if (text === undefined) return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Refused('invalid-request', {
    errors: [{ path: 'last-event-id', message: 'This is no id of this stream.' }],
  })
}
