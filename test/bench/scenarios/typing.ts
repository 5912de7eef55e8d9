/** B0 to B5: people type in rooms of different sizes. */
import { fileURLToPath } from 'node:url'
import { runNode } from '../children.ts'
import { generate } from '../generate.ts'
import type { TypingAnswer } from '../generator/jobs.ts'
import type { Column, Scenario, Values } from '../scenario.ts'
import { type ServerName, serverNames, startServer } from '../servers.ts'

interface Crowd {
  readonly id: string
  readonly clients: number
  readonly rooms: number
  readonly rate: number
  /** Small rooms need longer until the server's code is compiled, as in one that runs for days: few messages pass. */
  readonly warmMs: number
  readonly connectPerSecond?: number
  /** Measured in the same repetition. */
  readonly beside?: typeof oneCommit
}

/** Weft tells nobody of an edit before it is on disk, so this time is in its latency and in nobody else's. */
export const oneCommit = 'one durable commit'
const commitTime = fileURLToPath(new URL('../programs/commit-time.ts', import.meta.url))

const crowds: readonly Crowd[] = [
  { id: '1x500', clients: 500, rooms: 1, rate: 2, warmMs: 1_000 },
  { id: '1x200', clients: 200, rooms: 1, rate: 5, warmMs: 1_000 },
  { id: '1x50', clients: 50, rooms: 1, rate: 5, warmMs: 40_000 },
  { id: '1x10', clients: 10, rooms: 1, rate: 5, warmMs: 40_000, beside: oneCommit },
  { id: '500x2', clients: 1_000, rooms: 500, rate: 5, warmMs: 6_000, connectPerSecond: 1_000 },
]

const typingColumns: readonly Column[] = [
  { key: 'cpuPercent', title: 'CPU %' },
  { key: 'cpuMicrosPerDelivery', title: 'µs per delivery' },
  { key: 'p50', title: 'p50 ms' },
  { key: 'p99', title: 'p99 ms' },
  { key: 'lossPercent', title: 'lost %' },
  { key: 'deliveriesPerSecond', title: 'deliveries/s' },
  { key: 'framesPerSecond', title: 'frames/s' },
  { key: 'kilobytesPerSecond', title: 'kB/s' },
  { key: 'presencePercent', title: 'presence % of bytes' },
  { key: 'generatorPercent', title: 'generator busy %' },
  { key: 'latenessP99', title: 'generator late, p99 ms' },
  { key: 'disturbedPercent', title: 'taken by others %' },
]

export const typingScenarios: readonly Scenario[] = crowds.map((crowd) => {
  const { id, clients, rooms, rate } = crowd
  return {
    id,
    title: `${rooms} ${rooms === 1 ? 'room' : 'rooms'} × ${clients / rooms} people, ${rate} edits/s and ${rate} carets/s each`,
    about: `${clients * rate} edits/s in all; each is to reach ${clients / rooms - 1} others. Measured after ${crowd.warmMs / 1_000} s of the same.`,
    subjects: crowd.beside === undefined ? serverNames : [...serverNames, crowd.beside],
    columns: typingColumns,
    async measure(subject, { quick }) {
      if (subject === oneCommit) return (await runNode(commitTime, { place: 'server' })) as Values
      const server = await startServer(subject as ServerName, { rooms })
      try {
        const answer = await generate({
          type: 'typing',
          target: server,
          clients,
          rooms,
          rate,
          ...(crowd.connectPerSecond === undefined ? {} : { connectPerSecond: crowd.connectPerSecond }),
          warmMs: quick ? Math.min(crowd.warmMs, 1_000) : crowd.warmMs,
          measureMs: quick ? 2_000 : 5_000,
          drainMs: quick ? 1_500 : 3_000,
        })
        return typingValues(answer)
      } finally {
        await server.stop()
      }
    },
  }
})

/** Presence that does not flow would make every figure look better than it is, so it is an error. */
export function typingValues(answer: TypingAnswer): Values {
  const { receipts, loss, presenceKilobytesPerSecond, ...values } = answer
  if (answer.closed > 0) throw new Error(`the server closed ${answer.closed} connections`)
  if (answer.withoutPresence > 0 && loss === 0)
    throw new Error(`${answer.withoutPresence} readers got no presence`)
  return {
    ...values,
    lossPercent: loss * 100,
    presencePercent: (presenceKilobytesPerSecond / answer.kilobytesPerSecond) * 100,
  }
}
