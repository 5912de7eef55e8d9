/** Bytes that are no HTTP request, or one that is never finished: one problem document, then the end. */
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ProblemCode, problemOf } from '@weft/protocol'

const codes: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'header-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

export function answerBrokenRequests(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (request, response) => answers.set(request.socket, response))
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const earlier = answers.get(socket)
    const isAnswering = earlier?.headersSent === true && !earlier.writableEnded
    // Nobody listens any more, or the problem would land in the middle of another answer.
    if (!socket.writable || error.code === 'ECONNRESET' || isAnswering) return socket.destroy()
    const { status, body } = answer(codes[error.code ?? ''] ?? 'malformed-request')
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
    return undefined
  })
}

function answer(code: ProblemCode): { status: number; body: string } {
  const problem = problemOf(code)
  return { status: problem.status, body: JSON.stringify(problem) }
}
