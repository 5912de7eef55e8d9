/**
 * Somebody floods a server from another process; those who just type there hardly notice. What the flood costs the
 * machine is not the server's fault: so it is compared with the same flood of another server beside it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HonestPair, honestPair } from '../support/honest-pair.ts'
import { figure, note, timeLimit } from '../support/lane.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

const program = fileURLToPath(new URL('./hostile-program.ts', import.meta.url))
const mebibyte = 1024 * 1024
const attackMs = figure({ short: 1_200, long: 10_000 })
/** Polling and a busy machine add as much as this. */
const noiseMs = 20
/** Elsewhere and here in turn, so often; the medians count: what a machine does in between may spoil one. */
const rounds = 3
/** And this often in all, when it was spoilt: a server that is not fair never is. */
const attempts = 2

interface Target {
  readonly server: RestartingServer
  /** The first is a large one. */
  readonly documents: readonly string[]
}

let target: Target
let beside: Target
let pairs: readonly HonestPair[]

async function openTarget(): Promise<Target> {
  const server = await restartingServer()
  await server.start()
  const documents = await Promise.all(
    Array.from({ length: 60 }, (_, index) => server.create({ title: `${index}`, kind: 'text' })),
  )
  const writer = wireClient(server.port, documents[0] ?? '', { manual: true, query: '?receipts=1' })
  await writer.opened()
  writer.send({ type: 'update', update: updateOf(1, 'words and words '.repeat(64 * 1024)) })
  await until(() => writer.receipted === 1)
  writer.close()
  return { server, documents }
}

/** Milliseconds that one of a hundred edits takes longer than, while somebody floods `victim`. */
async function p99While(attack: string, { server, documents }: Target): Promise<number> {
  const args = [program, `${server.port}`, attack, `${attackMs}`, ...documents]
  const hostile = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  for (const pair of pairs) pair.takeTimes()
  const [code] = await once(hostile, 'close')
  expect(code).toBe(0)
  const times = pairs.flatMap((pair) => pair.takeTimes()).sort((a, b) => a - b)
  expect(times.length).toBeGreaterThan(20)
  return times[Math.floor(times.length * 0.99)] ?? 0
}

function median(all: readonly number[]): number {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
}

beforeAll(async () => {
  ;[target, beside] = await Promise.all([openTarget(), openTarget()])
  pairs = await Promise.all(
    [1, 2].map((index) => honestPair(target.server.port, target.documents[index] ?? '')),
  )
}, 60_000)

afterAll(async () => {
  await target.server[Symbol.asyncDispose]()
  await beside.server[Symbol.asyncDispose]()
})

describe('while somebody floods the server, others wait at most twice as long, and memory is bounded', () => {
  for (const attack of ['slow-readers', 'presence', 'rooms', 'sync-step-1', 'updates']) {
    test(`with ${attack}`, { timeout: timeLimit(120_000) }, async () => {
      const { server } = target
      const residentBefore = await server.metric('process_resident_memory_bytes')
      let seen = { elsewhere: 0, here: Number.POSITIVE_INFINITY }
      const isFair = () => seen.here < Math.max(2 * seen.elsewhere, seen.elsewhere + noiseMs)
      for (let left = attempts; left > 0 && !isFair(); left--) {
        const elsewhere: number[] = []
        const here: number[] = []
        for (let round = 0; round < rounds; round++) {
          elsewhere.push(await p99While(attack, beside))
          here.push(await p99While(attack, target))
        }
        seen = { elsewhere: median(elsewhere), here: median(here) }
      }
      const grown = (await server.metric('process_resident_memory_bytes')) - residentBefore
      note(`flood with ${attack}`, {
        'p99 ms with the flood elsewhere': Math.round(seen.elsewhere),
        'and here': Math.round(seen.here),
        'memory grew MiB': Math.round(grown / mebibyte),
      })
      expect(isFair(), JSON.stringify(seen)).toBe(true)
      expect(grown).toBeLessThan(200 * mebibyte)
      for (const pair of pairs) expect(pair.isUndisturbed).toBe(true)
    })
  }
})
