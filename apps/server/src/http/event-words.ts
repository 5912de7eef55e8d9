/** Events as bytes: as server-sent events, or as unified diffs. What many are sent is encoded once. */
import type { DocumentEvent, ServerEvent } from '@weft/protocol'
import type { Step } from '../following/change-reader.ts'
import { type Look, nameOf, type Told } from '../following/document-events.ts'
import type { ServerLook } from '../following/server-events.ts'

const encoder = new TextEncoder()
type Encoded = WeakMap<object, Uint8Array<ArrayBuffer>>
const streamed: Encoded = new WeakMap()
const answered: Encoded = new WeakMap()

function bytesOnce(encoded: Encoded, of: object, text: () => string): Uint8Array<ArrayBuffer> {
  const ready = encoded.get(of)
  if (ready !== undefined) return ready
  const bytes = encoder.encode(text())
  encoded.set(of, bytes)
  return bytes
}

export function sentEvent(event: { readonly type: string }, id: string | null): Uint8Array {
  return encoder.encode(eventText(event, id))
}

/** The first words of a stream: when to come back after it ends, and where it starts. */
export function sentStart(id: string): Uint8Array {
  return encoder.encode(`retry: ${retryMs}\nid: ${id}\n\n`)
}

const retryMs = 2_000

/** A sign of life that readers pass over. */
export const heartbeats = {
  'text/event-stream': encoder.encode(':\n\n'),
  'text/x-diff': encoder.encode('#\n'),
} as const

/** All that a look found, and where it went on to if no event says so; empty: there is nothing to say. */
export function lookEvents(look: Look): Uint8Array {
  return bytesOnce(streamed, look, () => {
    const events = look.told.map(({ place, ...told }) =>
      eventText('event' in told ? told.event : changedEvent(told.step), nameOf(place)),
    )
    return isElsewhere(look) ? `${events.join('')}${idText(nameOf(look.place))}` : events.join('')
  })
}

/** Events of a look at the server, and where it went on to: what many are told is one value, encoded once. */
export function serverEvents(events: ServerLook['events'], { from, next }: ServerLook): Uint8Array {
  return bytesOnce(streamed, events, () => {
    const texts = events.map(({ event, sequence }) => eventText(event, `${sequence}`))
    return next === (events.at(-1)?.sequence ?? from)
      ? texts.join('')
      : `${texts.join('')}${idText(`${next}`)}`
  })
}

/** What a look found as the answer to one who asks once: a long text may wait for many at a time. */
export function lookAnswer(look: Look): Response {
  const bytes = bytesOnce(answered, look, () =>
    answerText(
      look.told.map((told) => ('event' in told ? told.event : changedEvent(told.step))),
      nameOf(look.place),
    ),
  )
  return jsonResponse(bytes)
}

export function serverAnswer(events: ServerLook['events'], { next }: ServerLook): Response {
  const bytes = bytesOnce(answered, events, () =>
    answerText(
      events.map(({ event }) => event),
      `${next}`,
    ),
  )
  return jsonResponse(bytes)
}

/** Nothing happened. */
export function emptyAnswer(next: string): Response {
  return jsonResponse(encoder.encode(answerText([], next)))
}

function answerText(events: readonly (DocumentEvent | ServerEvent)[], next: string): string {
  return JSON.stringify({ events, next })
}

const pieceBytes = 64 * 1024

function jsonResponse(bytes: Uint8Array<ArrayBuffer>): Response {
  const headers = { 'content-type': 'application/json' }
  return new Response(bytes.length > pieceBytes ? inPieces(bytes) : bytes, { headers })
}

/** A body of bytes would be copied for each of those who are sent the same, twice. */
function inPieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.subarray(at, at + pieceBytes))
        else controller.close()
        at += pieceBytes
      },
    },
    { highWaterMark: 0 },
  )
}

/** The look moved on, though its last event does not say so. Not for every event elsewhere on the server. */
function isElsewhere({ told, from, place }: Look): boolean {
  const at = told.at(-1)?.place ?? from
  return place.revision !== at.revision || (told.length > 0 && place.sequence !== at.sequence)
}

/** The same as unified diffs, which have no words for all of it. */
export function lookDiffs(look: Look): Uint8Array {
  return bytesOnce(streamed, look, () => look.told.map(diffText).join(''))
}

function diffText(told: Told): string {
  if ('step' in told) return typeof told.step.told === 'string' ? told.step.told : ''
  const { event } = told
  return event.type === 'reset' ? `# What came before revision ${event.revision} cannot be told.\n` : ''
}

export function changedEvent({ base, revision, actor, at, told }: Step): DocumentEvent {
  const changes = told === null || typeof told === 'string' ? null : [...told]
  return { type: 'changed', base, revision, actor, at: new Date(at).toISOString(), changes }
}

/** JSON has no line ends, so it is one line of data. */
function eventText(event: { readonly type: string }, id: string | null): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n${id === null ? '\n' : idText(id)}`
}

function idText(id: string): string {
  return `id: ${id}\n\n`
}
