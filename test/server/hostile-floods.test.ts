/** Too much of what is allowed. It costs the server a bounded amount of memory, and the others hardly any time. */
import { constants, deflateRawSync } from 'node:zlib'
import { closeCodes, encode, limits } from '@weft/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HonestPair, honestPair } from '../support/honest-pair.ts'
import { presenceStates, readPresenceStates } from '../support/presence.ts'
import { clientFrame, opcodes, type RawSocket, rawSocket } from '../support/raw-socket.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

let server: RestartingServer
let attacked: string
let pairs: readonly HonestPair[]

/** In seconds, since it was asked for last. */
const longestStall = 'nodejs_eventloop_lag_max_seconds'
const resident = 'process_resident_memory_bytes'
const mebibyte = 1024 * 1024

beforeAll(async () => {
  server = await restartingServer()
  await server.start()
  attacked = await server.create({ title: 'Attacked', kind: 'text' })
  const other = await server.create({ title: 'Elsewhere', kind: 'text' })
  pairs = await Promise.all([attacked, other].map((document) => honestPair(server.port, document)))
}, 60_000)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

beforeEach(() => server.metric(longestStall))
afterEach(async () => {
  expect(await server.metric(longestStall)).toBeLessThan(1.5)
  expect(server.isAlive).toBe(true)
})

const join = (document: string) => rawSocket(server.port, `/sync/${document}`)

/** Sends as fast as the server takes it, for that long. Returns how many were sent. */
async function flood(raw: RawSocket, ms: number, message: (index: number) => Uint8Array): Promise<number> {
  const end = performance.now() + ms
  let sent = 0
  while (performance.now() < end && !raw.ended) {
    const burst = Array.from({ length: 50 }, () => clientFrame(opcodes.binary, message(sent++)))
    const isFree = raw.socket.write(Buffer.concat(burst))
    if (!isFree) {
      const began = performance.now()
      await until(() => raw.socket.writableLength === 0 || raw.ended || performance.now() - began > 200)
    } else {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return sent
}

describe('[W14] floods of presence', () => {
  test('large states, as fast as they go, from four connections', async () => {
    const before = await server.metric(resident)
    const raws = await Promise.all([1, 2, 3, 4].map(() => join(attacked)))
    const fill = 'x'.repeat(limits.presenceStateBytes - 200)
    await Promise.all(
      raws.map((raw, index) =>
        flood(raw, 2_000, (clock) =>
          encode({
            type: 'presence',
            states: presenceStates([{ client: 9_000 + index, clock, state: { fill, clock } }]),
          }),
        ),
      ),
    )
    expect((await server.metric(resident)) - before).toBeLessThan(200 * mebibyte)
    for (const raw of raws) raw.destroy()
  })

  test('ids of others, changed and ended with ever higher clocks, do not take hold', async () => {
    const document = await server.create({ title: 'Presence', kind: 'text' })
    const victim = wireClient(server.port, document)
    await victim.opened()
    const own = (clock: number) =>
      victim.send({
        type: 'presence',
        states: presenceStates([{ client: 5, clock, state: { mine: clock } }]),
      })
    const seenOf = (client: number) =>
      victim
        .all('presence')
        .flatMap(({ states }) => readPresenceStates(states))
        .filter((entry) => entry.client === client)
    own(1)
    await until(() => seenOf(5).length === 1)
    const raw = await join(document)
    await flood(raw, 1_000, (index) =>
      encode({
        type: 'presence',
        states: presenceStates([
          { client: 5, clock: 1_000 + index, state: index % 2 === 0 ? null : { forged: 1 } },
        ]),
      }),
    )
    own(2)
    await until(() => seenOf(5).at(-1)?.clock === 2)
    expect(seenOf(5).every(({ state }) => (state as { mine?: number } | null)?.mine !== undefined)).toBe(true)
    raw.destroy()
    victim.close()
  })

  test('queries without end', async () => {
    const raw = await join(attacked)
    await flood(raw, 1_500, () => encode({ type: 'query-presence' }))
    raw.destroy()
  })
})

describe('[W24] floods of questions', () => {
  test('500 times the whole of a large document, for one who does not read: little memory', async () => {
    const document = await server.create({ title: 'Large', kind: 'text' })
    const writer = wireClient(server.port, document, { manual: true, query: '?receipts=1' })
    await writer.opened()
    writer.send({ type: 'update', update: updateOf(1, 'words and words '.repeat(64 * 1024)) })
    await until(() => writer.receipted === 1)
    const before = await server.metric(resident)
    const deaf = await rawSocket(server.port, `/sync/${document}`, { deaf: true })
    const ask = clientFrame(opcodes.binary, encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) }))
    for (let times = 0; times < 500; times++) deaf.write(ask)
    for (const pair of pairs) await pair.goesOn()
    expect((await server.metric(resident)) - before).toBeLessThan(100 * mebibyte)
    deaf.destroy()
    writer.close()
  })

  test('as many as go through, for one who reads', async () => {
    const raw = await join(attacked)
    await flood(raw, 1_500, () => encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) }))
    raw.destroy()
  })
})

describe('[W21] floods of messages', () => {
  test('of updates that say nothing new, and of new ones', async () => {
    const document = await server.create({ title: 'Typed fast', kind: 'text' })
    const raws = await Promise.all([join(document), join(document)])
    const same = encode({ type: 'update', update: updateOf(1, 'again') })
    await Promise.all([
      flood(raws[0], 1_500, () => same),
      flood(raws[1], 1_500, (index) => encode({ type: 'update', update: updateOf(10 + index, '.') })),
    ])
    for (const raw of raws) raw.destroy()
  })

  test('of pings: those who send more than is answered are ended', async () => {
    const raw = await join(attacked)
    const pings = Buffer.concat(
      Array.from({ length: 500 }, () => clientFrame(opcodes.ping, Uint8Array.of(1))),
    )
    raw.write(pings)
    await until(() => raw.ended)
  })

  test('[W23] that are never finished, 1 MiB each on 100 connections: that much memory, no more, and it comes back', async () => {
    const before = await server.metric(resident)
    const raws = await Promise.all(Array.from({ length: 100 }, () => join(attacked)))
    const part = clientFrame(0x02, new Uint8Array(mebibyte))
    for (const raw of raws) raw.write(part)
    await until(() => raws.every((raw) => raw.socket.writableLength === 0), { withinMs: 20_000 })
    for (const pair of pairs) await pair.goesOn()
    expect((await server.metric(resident)) - before).toBeLessThan(300 * mebibyte)
    for (const raw of raws) raw.destroy()
    await until(async () => (await server.metric('weft_connections')) === 4, { withinMs: 30_000 })
  })
})

describe('[W34] floods of what inflates', () => {
  test('and is never finished: what is held counts, not the thousandth of it that came', async () => {
    const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }
    const raws = await Promise.all(
      Array.from({ length: 30 }, () => rawSocket(server.port, `/sync/${attacked}`, { headers })),
    )
    const inflated = 15 * mebibyte
    const part = deflateRawSync(new Uint8Array(inflated), { finishFlush: constants.Z_SYNC_FLUSH })
    expect(part.length).toBeLessThan(32 * 1024)
    const began = performance.now()
    for (const raw of raws) raw.write(clientFrame(0x42, part))
    const most = Math.floor(limits.unfinishedBytes / inflated)
    await until(() => raws.filter((raw) => !raw.ended).length <= most)
    // Later they would have been ended for taking so long.
    expect(performance.now() - began).toBeLessThan(limits.messageMs)
    for (const raw of raws) raw.destroy()
  })
})

describe('[W27] floods of connections', () => {
  test('that come and go', async () => {
    for (let round = 0; round < 10; round++) {
      const raws = await Promise.all(Array.from({ length: 50 }, () => join(attacked)))
      for (const raw of raws) raw.destroy()
    }
    await until(async () => (await server.metric('weft_connections')) === 4, { withinMs: 30_000 })
  })

  test('to documents that are not there: some wait, the others are refused, nobody is forgotten', async () => {
    const raws = await Promise.all(Array.from({ length: 300 }, (_, index) => join(`absent-${index}`)))
    const waiting = raws.filter(({ status }) => status === 101)
    expect(waiting).toHaveLength(limits.refusalsPerAddress)
    expect(raws.filter(({ status }) => status === 503)).toHaveLength(300 - waiting.length)
    expect(await Promise.all(waiting.map((raw) => raw.closeCode()))).toEqual(
      waiting.map(() => closeCodes['not-found']),
    )
    await until(async () => (await server.metric('weft_rooms')) <= 6)
    await until(async () => (await server.metric('weft_connections')) === 4, { withinMs: 30_000 })
  })
})

test('and through all of it the others went on: first connections, quick words', async () => {
  for (const pair of pairs) {
    await pair.stop()
    expect(pair.isUndisturbed).toBe(true)
    expect(pair.edits).toBeGreaterThan(10)
    // The attackers live in the same process as these two.
    expect(pair.slowest).toBeLessThan(10_000)
  }
  expect(server.stderr).not.toMatch(/"level":"(error|fatal)"/)
})
