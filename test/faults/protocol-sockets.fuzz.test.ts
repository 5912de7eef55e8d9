/**
 * Whatever anybody sends over a real socket: the process goes on, its event loop never stalls, its memory comes back,
 * and who types elsewhere stays connected. What becomes of each message is the business of `protocol.fuzz.test.ts`.
 */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { honestPair } from '../support/honest-pair.ts'
import { figure, note, progress, timeLimit } from '../support/lane.ts'
import { fuzzMessage } from '../support/message-fuzz.ts'
import { random } from '../support/random.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { wireClient } from '../support/wire-client.ts'

const watchedServer = fileURLToPath(new URL('./watched-server.ts', import.meta.url))
const visits = figure({ short: 7_000, long: 200_000 })
/** Code is compiled, and the heap has grown to its size, after so many. */
const warmUp = 3_000
const atOnce = 12
const seed = 1
const dice = random(seed)

/** What the server's own process saw of itself since it was asked last. */
async function look(server: RestartingServer): Promise<{ longestTurnMs: number; residentMiB: number }> {
  const said = () => server.stderr.split('\n').filter((line) => line.startsWith('{"watched"'))
  const before = said().length
  process.kill(server.pid, 'SIGUSR2')
  await until(() => said().length > before, { withinMs: 20_000, what: 'the server has looked at itself' })
  return JSON.parse(said().at(-1) ?? '{}') as { longestTurnMs: number; residentMiB: number }
}

/** Somebody who begins honestly and ends with a message that is not. Returns how many they sent. */
async function visit(port: number, document: string, kind: 'text' | 'yjs'): Promise<number> {
  const doc = new Y.Doc()
  doc.clientID = 1 + dice.below(2 ** 32 - 1)
  const client = wireClient(port, document, {
    manual: true,
    onMessage: (message) => {
      if (message.type === 'sync-step-2') Y.applyUpdate(doc, message.update)
    },
  })
  await client.opened()
  client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
  await until(() => client.all('sync-step-2').length > 0 || client.closed !== null)
  const others = [...Y.decodeStateVector(Y.encodeStateVector(doc)).keys()].slice(0, 20)
  let sent = 0
  for (let honest = true; honest && client.isOpen && sent < 10; sent++) {
    const message = fuzzMessage({ doc, kind, others }, dice)
    client.sendBytes(message.bytes)
    honest = message.isHonest
  }
  // Whoever is sent away waits for it: they come to their end while the next ones are there.
  client.close()
  return sent
}

test(`${visits} visitors with messages that nobody should send: nothing stalls, nothing stays, nobody else notices (seed ${seed})`, {
  timeout: timeLimit(180_000),
}, async () => {
  await using server = await restartingServer(watchedServer)
  await server.start()
  const apart = await server.create({ title: 'Honest', kind: 'text' })
  const pair = await honestPair(server.port, apart)
  let done = 0
  let messages = 0
  /** Each has a document for two hundred, so that documents stay small. */
  const visitor = async (until: number) => {
    let document = ''
    let kind: 'text' | 'yjs' = 'text'
    for (let turn = 0; done < until; turn++) {
      if (turn % 200 === 0) {
        kind = dice.pick(['text', 'yjs'] as const)
        document = await server.create({ title: 'Fuzz', kind })
      }
      done++
      const sent = await visit(server.port, document, kind)
      messages += sent
      progress('protocol fuzz over sockets', done, visits)
    }
    if (kind === 'text') expect(typeof (await server.content(document))).toBe('string')
  }
  const everybody = (until: number) => Promise.all(Array.from({ length: atOnce }, () => visitor(until)))

  /** But the honest two. */
  const everybodyLeft = () =>
    until(async () => (await server.metric('weft_connections')) === 2, {
      withinMs: 20_000,
      what: 'the visitors are gone',
    })

  await everybody(warmUp)
  await everybodyLeft()
  const before = await look(server)
  await everybody(warmUp + visits)
  await everybodyLeft()
  const after = await look(server)
  await pair.goesOn()
  await pair.stop()
  note('protocol fuzz over sockets', {
    visitors: visits,
    messages,
    'longest turn of the loop ms': Math.round(after.longestTurnMs),
    'memory grew MiB': Math.round(after.residentMiB - before.residentMiB),
  })
  expect(pair.isUndisturbed).toBe(true)
  expect(server.isAlive).toBe(true)
  expect(server.stderr).not.toMatch(/"level":"(error|fatal)"/)
  expect(after.longestTurnMs).toBeLessThan(100)
  expect(after.residentMiB - before.residentMiB).toBeLessThan(64)
  expect(messages).toBeGreaterThan(visits)
})
