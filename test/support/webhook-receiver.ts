/** A receiver of webhooks: a real server that notes what comes and answers as it is told to. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly payload: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Whole requests so far, in order. */
  readonly received: readonly Received[]
  /** TCP connections so far, also those that brought nothing. */
  readonly connections: number
  /** Answers the next ones so; left out: 204 at once. */
  answer: (response: ServerResponse, number: number) => void
}

export async function webhookReceiver(host = '127.0.0.1'): Promise<WebhookReceiver> {
  const received: Received[] = []
  let connections = 0
  const receiver = {
    answer: (response: ServerResponse, _number: number): void => void response.writeHead(204).end(),
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => {
      body += piece
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body, payload: JSON.parse(body) })
      receiver.answer(response, received.length)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  return Object.defineProperties(receiver, {
    port: { value: port },
    url: { value: `http://${host.includes(':') ? `[${host}]` : host}:${port}/hook?a=b` },
    received: { value: received },
    connections: { get: () => connections },
    [Symbol.asyncDispose]: {
      value: async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    },
  }) as unknown as WebhookReceiver
}
