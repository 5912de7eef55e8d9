import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { takenBytes } from '@weft/server/ws/network-progress'
import { expect, test } from 'vitest'
import { until } from '../support/until.ts'

test('what a network has taken of one large write counts before it has taken all', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [writer] = (await accepted) as [Socket]
  reader.pause()
  // More than the kernels on both sides take, which may be 37 MB.
  const bytes = 96 * 1024 * 1024
  writer.write(Buffer.alloc(bytes))
  let before = -1
  await until(() => {
    const last = before
    before = takenBytes(writer)
    return last === before
  })
  expect(before).toBeLessThan(bytes)

  let read = 0
  reader.on('data', (chunk) => {
    read += chunk.length
    if (read > 32 * 1024 * 1024) reader.pause()
  })
  reader.resume()
  await until(() => takenBytes(writer) > before)
  expect(writer.writableLength).toBe(bytes)

  reader.removeAllListeners('data')
  reader.resume()
  await until(() => writer.writableLength === 0)
  expect(takenBytes(writer)).toBe(bytes)
  reader.destroy()
  writer.destroy()
  expect(takenBytes(writer)).toBe(bytes)
  server.close()
})
