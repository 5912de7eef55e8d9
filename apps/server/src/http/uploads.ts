/** A body that is a file: never whole in memory, and cut off as soon as it is too large. */
import type { HttpContext } from './env.ts'
import { Refused } from './refused.ts'

/**
 * The body's bytes as they come. Refuses what is announced as larger than `mostBytes`, as compressed, or as a form:
 * a form's bytes are not the file's.
 */
export function uploadedBytes(c: HttpContext, mostBytes: number): AsyncIterable<Uint8Array> {
  const announced = c.req.header('content-length')
  if (announced !== undefined && Number(announced) > mostBytes) throw tooLarge(mostBytes)
  if ((c.req.header('content-encoding') ?? 'identity') !== 'identity') {
    throw new Refused('unsupported-media-type', { detail: 'Send the file itself, not compressed.' })
  }
  if (/^multipart\/form-data/i.test(c.req.header('content-type') ?? '')) {
    throw new Refused('unsupported-media-type', {
      detail: 'Send the file itself as the body, not a form: with curl, --data-binary @file instead of -F.',
    })
  }
  return chunksOf(c.req.raw.body)
}

/** Whoever sends that much is not waited for: the connection ends after the answer. */
export function tooLarge(mostBytes: number): Refused {
  return new Refused('too-large', {
    detail: `The limit is ${mostBytes} bytes.`,
    headers: { connection: 'close' },
  })
}

async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (;;) {
      const next = await reader.read().catch(() => {
        throw new Refused('invalid-request', { detail: 'The body was cut off.' })
      })
      if (next.done) return
      yield next.value
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}
