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

export function openEventStream(c: HttpContext, { type, timers, onEnd }: EventStreamOptions): EventStream {
  let isOpen = true
  let drained = () => {}
  const finish = () => {
    if (!isOpen) return
    isOpen = false
    drained()
    onEnd()
  }
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      pull: () => drained(),
      cancel: finish,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: limits.eventQueueBytes }),
  )
  // A reader that goes before the first byte cancels nothing.
  c.env?.outgoing?.once('close', finish)

  const hasRoom = () => (controller?.desiredSize ?? 0) > 0
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
      if (isOpen && bytes.length > 0) controller?.enqueue(bytes)
    },
    async ready() {
      if (!isOpen || hasRoom()) return isOpen
      const cancel = timers.after(limits.laggingMs, cut)
      await new Promise<void>((resolve) => {
        drained = resolve
      })
      cancel()
      drained = () => {}
      return isOpen
    },
    end() {
      if (!isOpen) return
      finish()
      controller?.close()
    },
  }
}
