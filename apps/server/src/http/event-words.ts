/** Events as bytes: as server-sent events, or as unified diffs. What many are sent is encoded once. */
import type { DocumentEvent } from '@weft/protocol'
import type { Step } from '../following/change-reader.ts'
import type { Told } from '../following/document-events.ts'

const encoder = new TextEncoder()
const encoded = new WeakMap<object, Uint8Array>()

export function sentEvent(event: { readonly type: string }, id: string | null): Uint8Array {
  return withId(
    bytesOnce(event, () => eventText(event)),
    id,
  )
}

/** So that a reader who comes back comes back here, though there was nothing to tell. */
export function sentId(id: string): Uint8Array {
  return encoder.encode(`id: ${id}\n\n`)
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

export function toldEvent({ place, ...told }: Told): Uint8Array {
  const id = `${place.revision}.${place.sequence}`
  if ('event' in told) return sentEvent(told.event, id)
  const { step } = told
  return withId(
    bytesOnce(step, () => eventText(changedEvent(step))),
    id,
  )
}

/** `null`: a diff has no words for it. */
export function toldDiff(told: Told): Uint8Array | null {
  if ('event' in told) {
    const { event } = told
    return event.type === 'reset'
      ? encoder.encode(`# What came before revision ${event.revision} cannot be told.\n`)
      : null
  }
  const { step } = told
  return bytesOnce(step, () => (typeof step.told === 'string' ? step.told : ''))
}

export function changedEvent({ base, revision, actor, at, told }: Step): DocumentEvent {
  const changes = told === null || typeof told === 'string' ? null : [...told]
  return { type: 'changed', base, revision, actor, at: new Date(at).toISOString(), changes }
}

/** JSON has no line ends, so it is one line of data. */
function eventText(event: { readonly type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n`
}

function bytesOnce(of: object, text: () => string): Uint8Array {
  const ready = encoded.get(of)
  if (ready !== undefined) return ready
  const bytes = encoder.encode(text())
  encoded.set(of, bytes)
  return bytes
}

function withId(body: Uint8Array, id: string | null): Uint8Array {
  return Buffer.concat([body, encoder.encode(id === null ? '\n' : `id: ${id}\n\n`)])
}
