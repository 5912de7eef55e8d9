/**
 * A response that is written for as long as its reader stays. Rules: nothing more is read for a reader who has not
 * taken what waits for it; one who takes nothing for long is cut off, and comes back with the id of what it had.
 */
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { HttpContext } from './env.ts'

export interface EventStream {
  readonly response: Response
  readonly isOpen: boolean
  send(bytes: Uint8Array): void
  /** Resolves with true when the reader takes more, with false when the stream has ended. */
  ready(): Promise<boolean>
  /** What waits is sent yet. */
  end(): void
}

export interface EventStreamOptions {
  readonly type: string
  readonly timers: Timers
  /** Called once, however it ends. */
  readonly onEnd: () => void
}

/** Also when the reader has gone already, while something was looked up for it: a close is said once. */
export function whenGone(c: HttpContext, end: () => void): void {
  const outgoing = c.env?.outgoing
  if (outgoing?.destroyed === true) end()
  else outgoing?.once('close', end)
}

export function openEventStream(c: HttpContext, { type, timers, onEnd }: EventStreamOptions): EventStream {
  let isOpen = true
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let isAskedFor = false
  let taken = () => {}

  const finish = () => {
    if (!isOpen) return
    isOpen = false
    taken()
    onEnd()
  }

  /** What is long goes in pieces, so that one who takes it slowly is seen to take it. */
  function give(): void {
    const [first] = waiting
    if (!isAskedFor || first === undefined) {
      if (!isOpen && first === undefined) controller?.close()
      return
    }
    isAskedFor = false
    const isLong = first.length > limits.eventQueueBytes
    const piece = isLong ? first.subarray(0, limits.eventQueueBytes) : first
    waiting = [...(isLong ? [first.subarray(piece.length)] : []), ...waiting.slice(1)]
    waitingBytes -= piece.length
    controller?.enqueue(piece)
    taken()
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      pull() {
        isAskedFor = true
        give()
      },
      cancel() {
        controller = null
        finish()
      },
    },
    // Nothing is taken ahead of whoever sends it on.
    new CountQueuingStrategy({ highWaterMark: 0 }),
  )
  // A reader that goes before the first byte cancels nothing.
  whenGone(c, finish)

  const cut = () => {
    if (!isOpen) return
    finish()
    controller?.error(new Error('the reader takes nothing'))
    c.env?.outgoing?.destroy()
  }

  return {
    response: new Response(body, {
      headers: {
        'content-type': type,
        'cache-control': 'no-store',
        // nginx would hold events back until it has a buffer full of them.
        'x-accel-buffering': 'no',
      },
    }),
    get isOpen() {
      return isOpen
    },
    send(bytes) {
      if (!isOpen || bytes.length === 0) return
      waiting.push(bytes)
      waitingBytes += bytes.length
      give()
    },
    async ready() {
      while (isOpen && waitingBytes >= limits.eventQueueBytes) {
        const cancel = timers.after(limits.laggingMs, cut)
        await new Promise<void>((resolve) => {
          taken = resolve
        })
        cancel()
      }
      return isOpen
    },
    end() {
      if (!isOpen) return
      finish()
      give()
    },
  }
}
