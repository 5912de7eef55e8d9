/**
 * A body that is made while it is sent, and may fail then. The status is said by that time: all that is left is to end
 * the connection in the middle, so that nobody takes the part for the whole. The adapter to Node would write the
 * error's message into the body, and print it.
 */
import type { HttpContext } from './env.ts'

export function streamed(
  c: HttpContext,
  body: ReadableStream<Uint8Array>,
  failed: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let isCancelled = false
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await reader.read()
        if (next.done) controller.close()
        else controller.enqueue(next.value)
      } catch (error) {
        if (isCancelled) return
        failed(error)
        const outgoing = c.env?.outgoing
        if (outgoing === undefined) return controller.error(error)
        outgoing.destroy()
        // Cancelled when the connection has ended.
        await new Promise(() => {})
      }
    },
    async cancel(reason) {
      isCancelled = true
      await reader.cancel(reason)
    },
  })
}
