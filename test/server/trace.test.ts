/** Real people's typing through two stock clients and a real server that is killed under them. */
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { restartingServer } from '../support/server-process-restarting.ts'
import { areSame, type StockClient, stockClient } from '../support/stock-client.ts'
import { generatedTrace, recordedTrace, type Step, stepsOf } from '../support/trace.ts'
import { until } from '../support/until.ts'

const recorded = recordedTrace()
const traces = [
  ...(recorded === null ? [] : [{ name: 'two people’s recorded hour', trace: recorded }]),
  { name: 'a generated trace (seed 1)', trace: generatedTrace(1, 2_000) },
]

/** Sends an agent's steps, each as soon as what its author had seen has come through the server. */
async function play(steps: readonly Step[], client: StockClient, onStep: () => void): Promise<void> {
  for (const [index, { update, needs }] of steps.entries()) {
    const isThere = () => needs.every(([id, clock]) => Y.getState(client.doc.store, id) >= clock)
    if (!isThere()) await until(isThere, { withinMs: 30_000, what: 'the other’s words arrive' })
    Y.applyUpdate(client.doc, update, 'typed')
    onStep()
    if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('replayed through a server that is killed twice on the way', () => {
  for (const { name, trace } of traces) {
    test(`${name} ends in the same text everywhere`, { timeout: 180_000 }, async () => {
      const { steps, text } = stepsOf(trace)
      if (trace.endContent !== null) expect(text).toBe(trace.endContent)

      await using server = await restartingServer()
      await server.start()
      const document = await server.create({ title: 'A trace', kind: 'text' })
      const clients = (['3.0.0', '3.1.0'] as const).map((version) =>
        stockClient(server.port, document, { version, name: version }),
      )
      await Promise.all(clients.map((client) => client.synced()))

      let played = 0
      let crashes: Promise<unknown> = Promise.resolve()
      const killAt = [steps.length / 3, (steps.length * 2) / 3].map(Math.floor)
      const onStep = () => {
        played += 1
        if (killAt.includes(played)) crashes = crashes.then(() => server.kill()).then(() => server.start())
      }
      await Promise.all(
        clients.map((client, agent) =>
          play(
            steps.filter((step) => step.agent === agent),
            client,
            onStep,
          ),
        ),
      )
      await crashes

      expect(played).toBe(steps.length)
      await until(() => clients.every((client) => client.text.toString() === text) && areSame(clients), {
        withinMs: 30_000,
        what: 'both have the text',
      })
      await until(async () => (await server.content(document)) === text)
      expect(clients.every((client) => client.attempts > 2)).toBe(true)

      const late = stockClient(server.port, document)
      await until(() => areSame([...clients, late]))
      for (const client of [...clients, late]) client.leave()
    })
  }
})
