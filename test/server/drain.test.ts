/** A server that is told to stop, with people in the middle of a sentence. */
import { afterEach, describe, expect, test } from 'vitest'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { areSame, type StockClient, stockClient, stockVersions } from '../support/stock-client.ts'
import { until } from '../support/until.ts'
import { wireClient } from '../support/wire-client.ts'

let server: RestartingServer
let clients: StockClient[] = []

afterEach(async () => {
  for (const client of clients) client.leave()
  clients = []
  await server[Symbol.asyncDispose]()
})

describe('[W25] on SIGTERM', () => {
  test('stock clients hear 1012, come back to the next server, and lose nothing', {
    timeout: 120_000,
  }, async () => {
    server = await restartingServer()
    await server.start()
    const document = await server.create({ title: 'Drained', kind: 'text' })
    clients = Array.from({ length: 6 }, (_, index) =>
      stockClient(server.port, document, { version: stockVersions[index % 2] ?? '3.1.0', name: `${index}` }),
    )
    await Promise.all(clients.map((client) => client.synced()))

    const markers: string[] = []
    const type = () => {
      for (const [index, client] of clients.entries()) {
        const marker = `${index}:${markers.length}`
        markers.push(marker)
        client.text.insert(client.text.length, `${marker}\n`)
      }
    }
    type()
    const began = performance.now()
    let ended = false
    const stopped = server.terminate().finally(() => {
      ended = true
    })
    while (!ended) {
      type()
      await new Promise((resolve) => setImmediate(resolve))
      if (markers.length > 3_000) await stopped
    }
    expect(await stopped).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(clients.map((client) => client.closes[0])).toEqual(clients.map(() => 1012))

    await server.start()
    await until(() => clients.every((client) => client.provider.synced), { withinMs: 30_000 })
    await until(() => areSame(clients), { withinMs: 30_000 })
    const lines = new Set((await server.content(document)).split('\n'))
    expect(markers.filter((marker) => !lines.has(marker))).toEqual([])
  })

  test('what was sent before the end is durable, and newcomers are told to come later', {
    timeout: 120_000,
  }, async () => {
    server = await restartingServer()
    await server.start()
    const document = await server.create({ title: 'Drained', kind: 'text' })
    const people = Array.from({ length: 20 }, () =>
      wireClient(server.port, document, { query: '?receipts=1' }),
    )
    await Promise.all(people.map((person) => until(() => person.all('sync-step-2').length === 1)))
    for (const [index, person] of people.entries()) person.text.insert(0, `<${index}>`)
    await until(() => people.every((person) => person.receipted === person.sent))
    for (const [index, person] of people.entries()) person.text.insert(0, `[${index}]`)
    const stopped = server.terminate()
    await until(() => people.some((person) => person.closed !== null))
    const late = wireClient(server.port, document)
    expect(await late.closeCode()).toBe(1006)
    expect(await Promise.all(people.map((person) => person.closeCode()))).toEqual(people.map(() => 1012))
    expect(await stopped).toBe(0)
    await server.start()
    const content = await server.content(document)
    for (const index of people.keys()) expect(content).toContain(`<${index}>`)
  })
})
