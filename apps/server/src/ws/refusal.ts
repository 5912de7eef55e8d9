/** Saying no before a WebSocket begins: one HTTP answer on the bare connection, then its end. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ProblemCode, problemOf } from '@weft/protocol'

/** `retryAfter` in seconds. */
export function refuse(socket: Duplex, code: ProblemCode, retryAfter?: number): void {
  if (socket.destroyed) return
  const problem = problemOf(code)
  const { status } = problem
  const body = JSON.stringify(problem)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
  ]
  // A client that never closes its side would keep the connection half open for ever.
  socket.once('finish', () => socket.destroy())
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}
