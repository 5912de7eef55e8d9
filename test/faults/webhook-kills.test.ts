/** The server is killed while webhooks are sent: every event arrives, and what arrives twice has the same id. */
import { expect, it } from 'vitest'
import { random } from '../support/random.ts'
import { restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

const kills = 6
const flags = ['--webhook-allow', '127.0.0.1']

it(`through ${kills} kills a receiver is told of every document at least once, seed 5`, async () => {
  const dice = random(5)
  await using receiver = await webhookReceiver()
  await using server = await restartingServer()
  await server.start(flags)
  const made = await fetch(`http://127.0.0.1:${server.port}/api/v1/webhooks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: receiver.url, events: ['document.created'] }),
  })
  expect(made.status).toBe(201)
  const created: string[] = []
  for (let kill = 0; kill < kills; kill++) {
    // Some answers are on their way when the server dies.
    receiver.answer = (response, number) => {
      if (number % 3 > 0) response.writeHead(204).end()
      else setTimeout(() => response.writeHead(204).end(), dice.below(40))
    }
    const documents = Array.from({ length: 8 }, () => server.create({ title: 'Told' }))
    created.push(...(await Promise.all(documents)))
    const enough = receiver.received.length + dice.below(6)
    await until(() => receiver.received.length >= enough, { withinMs: 60_000 })
    await server.kill()
    await server.start(flags)
  }
  const told = () => receiver.received.map(({ payload }) => payload.data.document)
  await until(() => created.every((id) => told().includes(id)), { withinMs: 60_000 })
  const idOf = new Map<unknown, unknown>()
  for (const { headers, payload } of receiver.received) {
    const { document } = payload.data
    expect(idOf.get(document) ?? headers['webhook-id']).toBe(headers['webhook-id'])
    idOf.set(document, headers['webhook-id'])
  }
  expect(idOf.size).toBe(created.length)
}, 300_000)
