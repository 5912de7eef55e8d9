import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Actor, ActorId, DocumentId, PresenceEvent } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import { createChangeReader } from '../following/change-reader.ts'
import { createDocumentEvents, type Look, nameOf, type Place } from '../following/document-events.ts'
import { authorised } from './authorised.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import type { EventStream } from './event-stream.ts'
import { emptyAnswer, lookAnswer, lookDiffs, lookEvents, sentEvent, sentStart } from './event-words.ts'
import { awaited, type Following, streamed } from './followed.ts'
import { negotiated } from './negotiated.ts'
import { Refused } from './refused.ts'

export function serveDocumentEvents(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, worker, timers, news, people } = deps
  const reader = createChangeReader(storage.history, worker, timers)
  const events = createDocumentEvents(storage, reader, timers)

  api.openapi(routes.getDocumentEvents, async (c) => {
    const record = await authorised(c, deps, c.req.valid('param').id, 'read')
    if (record.trashedAt !== null) reader.forget(record.id)
    const { after, wait } = c.req.valid('query')
    const [first, ...others] = ['text/event-stream', 'application/json', 'text/x-diff'] as const
    const type = negotiated(c, wait === undefined ? [first, ...others] : ['application/json', first])
    if (type === 'text/x-diff' && record.kind === 'yjs') throw new Refused('not-a-text-document')
    const asked = placeIn(c.req.header('last-event-id') ?? after)
    const place = asked.sequence === null ? await events.placeOf(record, asked.revision) : asked
    const listen = (ring: () => void) => news.hear(record.id, ring)
    if (type === 'application/json') {
      let at: Place = place
      const found = await awaited(c, deps, wait ?? 0, listen, async () => {
        // What changes no text, such as a format, is passed over.
        for (;;) {
          const look = await events.look(record.id, at, 'changes')
          at = look.place
          if (look.told.length > 0) return look
          if (!isFurther(look)) return null
        }
      })
      // A long wait outlives rights.
      await authorised(c, deps, record.id, 'read')
      return found === null ? emptyAnswer(nameOf(at)) : lookAnswer(found)
    }
    if (c.req.method === 'HEAD') return new Response(null, { headers: { 'content-type': type } })
    return streamed(c, deps, type, (stream) => {
      const mayStay = () => isAuthorised(c, record.id)
      return type === 'text/x-diff'
        ? { listen, mayStay, look: diffs(stream, record.id, place) }
        : { listen, mayStay, look: sent(stream, record.id, place) }
    })
  })

  function diffs(stream: EventStream, document: DocumentId, start: Place): Following['look'] {
    let place = start
    return async () => {
      const found = await events.look(document, place, 'diff')
      stream.send(lookDiffs(found))
      if (isOver(found)) stream.end()
      place = found.place
      return isFurther(found)
    }
  }

  function sent(stream: EventStream, document: DocumentId, start: Place): Following['look'] {
    let place = start
    let present: ReadonlyMap<ActorId, Actor> | null = null
    stream.send(sentStart(nameOf(start)))

    function sendPeople(): void {
      const now = people.in(document)
      for (const event of presenceEvents(present, now, new Date(timers.now()).toISOString()))
        stream.send(sentEvent(event, null))
      present = now
    }

    return async () => {
      if (present !== people.in(document)) sendPeople()
      const found = await events.look(document, place, 'changes')
      stream.send(lookEvents(found))
      if (isOver(found)) stream.end()
      place = found.place
      return isFurther(found)
    }
  }

  async function isAuthorised(c: HttpContext, id: string): Promise<boolean> {
    try {
      await authorised(c, deps, id, 'read')
      return true
    } catch (error) {
      if (error instanceof Refused) return false
      throw error
    }
  }
}

function presenceEvents(
  before: ReadonlyMap<ActorId, Actor> | null,
  now: ReadonlyMap<ActorId, Actor>,
  at: string,
): readonly PresenceEvent[] {
  if (before === null) return [{ type: 'present', people: [...now.values()].map(personOf), at }]
  const joined = [...now.values()].filter(({ id }) => !before.has(id))
  const left = [...before.values()].filter(({ id }) => !now.has(id))
  return [
    ...left.map((actor) => ({ type: 'left' as const, person: personOf(actor), at })),
    ...joined.map((actor) => ({ type: 'joined' as const, person: personOf(actor), at })),
  ]
}

function personOf({ id, kind, name }: Actor) {
  return { id, kind, name }
}

/** Something was found, told or not, so there may be more behind it. */
function isFurther({ told, from, place }: Look): boolean {
  return told.length > 0 || place.revision !== from.revision
}

/** There will never be more: it is deleted for good. */
function isOver({ told }: Look): boolean {
  return told.some((one) => 'event' in one && one.event.type === 'deleted')
}

/** Of what the schema lets through, or of a header that it does not see. */
function placeIn(text: string | undefined) {
  if (text === undefined) return { revision: null, sequence: null }
  const [, revision, sequence] = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text) ?? []
  if (revision === undefined) {
    throw new Refused('invalid-request', {
      errors: [{ path: 'last-event-id', message: 'This is no id of this stream.' }],
    })
  }
  return sequence === undefined
    ? { revision: Number(revision), sequence: null }
    : { revision: Number(revision), sequence: Number(sequence) }
}
