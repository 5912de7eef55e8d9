/** Whole WebSocket messages that no honest client sends. Nobody else may notice. */
import { closeCodes, limits, type WireMessage } from '@weft/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type HonestPair, honestPair } from '../support/honest-pair.ts'
import * as hostile from '../support/hostile-updates.ts'
import { presenceStates } from '../support/presence.ts'
import { type Random, random, seeds } from '../support/random.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { updateOf, type WireClient, wireClient } from '../support/wire-client.ts'

let server: RestartingServer
let text: string
let yjs: string
let pairs: readonly HonestPair[]

beforeAll(async () => {
  server = await restartingServer()
  await server.start(['--max-text=16777216', '--max-state=64MiB'])
  text = await server.create({ title: 'Attacked', kind: 'text' })
  yjs = await server.create({ title: 'Attacked too', kind: 'yjs' })
  const other = await server.create({ title: 'Elsewhere', kind: 'text' })
  pairs = await Promise.all([text, yjs, other].map((document) => honestPair(server.port, document)))
}, 60_000)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

async function attacker(document: string): Promise<WireClient> {
  const client = wireClient(server.port, document, { manual: true, query: '?receipts=1' })
  await until(() => client.received.length > 0)
  return client
}

/** In seconds, since it was asked for last. */
const longestStall = 'nodejs_eventloop_lag_max_seconds'
const update = (bytes: Uint8Array): WireMessage => ({ type: 'update', update: bytes })
const bytes = (...values: number[]) => Uint8Array.from(values)

describe.concurrent('[W18] what Yjs would choke on ends its sender with 4400', () => {
  const cases: Readonly<Record<string, readonly [() => string, WireMessage]>> = {
    'a claim of 33 million structs': [() => text, update(hostile.structBomb(33_554_432))],
    'a claim of 2^53 structs': [() => text, update(hostile.structBomb(Number.MAX_SAFE_INTEGER))],
    'a claim of 2^53 clients': [() => text, update(hostile.clientBomb(Number.MAX_SAFE_INTEGER))],
    'a value 5,000 arrays deep': [() => yjs, update(hostile.deepAny(5_000))],
    'a value 100,000 arrays deep': [() => yjs, update(hostile.deepAny(100_000))],
    'an embed 5,000 arrays deep': [() => yjs, update(hostile.deepEmbed(5_000))],
    'an embed in a text document': [() => text, update(hostile.deepEmbed(1))],
    'content of an unknown type': [() => yjs, update(hostile.unknownContent(31))],
    'a number of 100 bytes': [() => text, update(bytes(...Array(100).fill(0xff), 1))],
    'a step 2 of noise': [() => text, { type: 'sync-step-2', update: bytes(7, 7, 7, 7, 7, 7, 7) }],
    'a state vector that claims 2^40 clients': [
      () => text,
      { type: 'sync-step-1', stateVector: bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x20) },
    ],
    'presence that claims 200,000 states': [
      () => text,
      { type: 'presence', states: bytes(0xc0, 0x9a, 0x0c) },
    ],
  }
  for (const [name, [document, message]] of Object.entries(cases)) {
    test(name, async () => {
      const client = await attacker(document())
      client.send(message)
      expect(await client.closeCode()).toBe(closeCodes.malformed)
    })
  }

  test('an update, cut off at each of its bytes', async () => {
    const whole = updateOf(4_000_000_000, 'cut me')
    await Promise.all(
      Array.from({ length: whole.length }, async (_, length) => {
        const client = await attacker(text)
        client.send(update(whole.subarray(0, length)))
        expect(await client.closeCode(), `${length} bytes`).toBe(closeCodes.malformed)
      }),
    )
  })
})

describe.concurrent('[W19] what builds on nothing is not kept', () => {
  const cases = {
    'a delete of what is not written yet': hostile.futureDelete(77),
    'a hole in a client’s first structs': hostile.skipped(78),
  }
  for (const [name, made] of Object.entries(cases)) {
    test(`${name}: asked for, and closed with 4409 when it comes as the answer, again and again`, async () => {
      const client = await attacker(text)
      client.send(update(made))
      await until(() => client.all('sync-step-1').length === 2)
      expect(client.receipted).toBe(0)
      for (let tries = 0; tries < 10; tries++) client.send({ type: 'sync-step-2', update: made })
      expect(await client.closeCode()).toBe(closeCodes['out-of-sync'])
    })
  }
})

describe('[W21] what is merely much holds nobody up', () => {
  beforeEach(() => server.metric(longestStall))
  afterEach(async () => expect(await server.metric(longestStall)).toBeLessThan(1.5))

  // In documents of their own: each client's Yjs pays for such content with every edit.
  test('as many clients in one update as a document may have', async () => {
    const client = await attacker(await server.create({ kind: 'yjs' }))
    client.send(update(hostile.manyClients(limits.clientsPerDocument)))
    await until(() => client.receipted === 1 || client.closed !== null, { withinMs: 30_000 })
    client.terminate()
  })

  test('200,000 deletes in one update', async () => {
    const client = await attacker(await server.create({ kind: 'text' }))
    client.send(update(hostile.manyDeletes(91, 400_000)))
    await until(() => client.receipted === 1 || client.closed !== null, { withinMs: 30_000 })
    client.terminate()
  })

  test('a state vector of 200,000 clients', async () => {
    const client = await attacker(text)
    client.send({ type: 'sync-step-1', stateVector: hostile.largeStateVector(200_000) })
    await until(() => client.all('sync-step-2').length === 1 || client.closed !== null, { withinMs: 30_000 })
    client.terminate()
  })

  test('presence of 50,000 client ids in one message', async () => {
    const client = await attacker(text)
    const entries = Array.from({ length: 50_000 }, (_, index) => ({
      client: 500_000 + index,
      clock: 0,
      state: {},
    }))
    client.send({ type: 'presence', states: presenceStates(entries) })
    client.send({ type: 'sync-step-1', stateVector: bytes(0) })
    await until(() => client.all('sync-step-2').length === 1)
    client.terminate()
  })

  test('16 MiB of text from one client, three times', { timeout: 120_000 }, async () => {
    const document = await server.create({ title: 'Much', kind: 'text' })
    const doc = new Y.Doc()
    const client = wireClient(server.port, document, { doc, query: '?receipts=1' })
    await until(() => client.all('sync-step-2').length === 1)
    for (let round = 0; round < 3; round++) {
      doc.transact(() => {
        client.text.delete(0, client.text.length)
        client.text.insert(0, `${round}`.repeat(15 * 1024 * 1024))
      })
      await until(() => client.receipted === client.sent, { withinMs: 40_000 })
    }
    client.close()
    await until(async () => (await server.metric('weft_peers')) === pairs.length * 2)
    expect(server.isAlive).toBe(true)
  })
})

/** A real update with some of its bits turned. Half of them are still updates, of other content. */
function turned(dice: Random): Uint8Array {
  const made = updateOf(100_000 + dice.below(1_000_000), dice.pick(['short', 'somewhat longer', 'e\u0301🧵']))
  const copy = made.slice()
  for (let turns = 1 + dice.below(3); turns > 0; turns--) {
    const at = dice.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8))
  }
  return copy
}

describe.concurrent('fuzz: turned bits are taken by everybody or by nobody', () => {
  for (const seed of seeds(6)) {
    test(`seed ${seed}`, async () => {
      const dice = random(seed)
      await Promise.all(
        Array.from({ length: 40 }, async () => {
          const document = dice.pick([text, yjs])
          const type = dice.pick(['update', 'sync-step-2'] as const)
          const made = turned(dice)
          const client = await attacker(document)
          const asked = client.all('sync-step-1').length
          client.send({ type, update: made })
          await until(
            () => client.receipted === 1 || client.closed || client.all('sync-step-1').length > asked,
          )
          expect([undefined, closeCodes.malformed]).toContain(client.closed?.code)
          client.terminate()
        }),
      )
    })
  }
})

test('and through all of it the others went on: same process, first connections, quick words', async () => {
  expect(server.isAlive).toBe(true)
  for (const pair of pairs) {
    await pair.stop()
    expect(pair.isUndisturbed).toBe(true)
    expect(pair.edits).toBeGreaterThan(10)
    // The others' own Yjs works on what was sent, in the same process as the attackers'.
    expect(pair.slowest).toBeLessThan(15_000)
  }
  expect(server.stderr).not.toMatch(/"level":"(error|fatal)"/)
})
