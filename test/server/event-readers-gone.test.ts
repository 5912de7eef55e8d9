/** Readers of events who go away at the worst moment: nothing is kept for them. */
import { connect } from 'node:net'
import type { Storage } from '@weft/server/storage/storage'
import { expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { weft } from '../support/weft.ts'

it.each(['', '?wait=60'])('one who goes before the answer begins leaves nothing open (%s)', async (query) => {
  let hold: Promise<void> | null = null
  let [held, answered] = [0, 0]
  const storage = (real: Storage): Storage => ({
    ...real,
    documents: {
      ...real.documents,
      async get(id) {
        if (hold !== null) held++
        await hold
        const found = await real.documents.get(id)
        setImmediate(() => answered++)
        return found
      },
    },
  })
  await using server = await weft({ storage })
  const { id } = await server.create({})
  const { promise, resolve } = Promise.withResolvers<void>()
  hold = promise
  const sockets = Array.from({ length: 3 }, () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      `GET /api/v1/documents/${id}/events${query} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`,
    )
    return socket
  })
  await until(() => held === sockets.length)
  for (const socket of sockets) socket.resetAndDestroy()
  // Other requests are answered behind word of that.
  for (let round = 0; round < 10; round++) await metric(server.url, 'weft_event_streams')
  hold = null
  resolve()
  const before = answered
  await until(() => answered >= before + sockets.length)
  for (let round = 0; round < 10; round++) await metric(server.url, 'weft_event_streams')
  expect(await metric(server.url, 'weft_event_streams')).toBe(0)
})

async function metric(url: string, name: string): Promise<number | null> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)
  return found === null ? null : Number(found[1])
}
