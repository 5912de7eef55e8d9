/** How long a request may take to arrive, by a clock of the test's own. */
import { createServer } from 'node:http'
import { limits } from '@weft/protocol'
import { answerBrokenRequests } from '@weft/server/http/broken-requests'
import { limitRequestTime } from '@weft/server/http/request-time'
import { expect, it } from 'vitest'
import { rawConnection } from '../support/raw-socket.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

async function slowRequest(path: string, ms: number): Promise<string> {
  const timers = new VirtualTimers()
  const seen: string[] = []
  const server = createServer((request) => {
    seen.push(request.url ?? '')
    request.resume()
  })
  answerBrokenRequests(server)
  limitRequestTime(server, timers)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const socket = await rawConnection(port, '')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf`)
  await until(() => seen.length > 0)
  if (timers.step(ms)) await until(() => received !== '')
  socket.destroy()
  server.closeAllConnections()
  server.close()
  return received.split('\r\n', 1)[0] ?? ''
}

it('a request that takes longer than others may is answered 408', async () => {
  expect(await slowRequest('/api/v1/documents', limits.requestMs)).toBe('HTTP/1.1 408 Request Timeout')
  expect(await slowRequest('/api/v1/documents', limits.requestMs - 1)).toBe('')
})

it.each(['/api/v1/documents/a/attachments?name=x', '/api/v1/import', '/api/v1/import?name=x.zip'])(
  'a file at %s may take longer',
  async (path) => {
    expect(await slowRequest(path, limits.requestMs)).toBe('')
  },
)

it('what only begins like the address of an upload may not', async () => {
  expect(await slowRequest('/api/v1/imports', limits.requestMs)).toBe('HTTP/1.1 408 Request Timeout')
})
