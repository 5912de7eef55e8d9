/** B14: how soon an edit is known to be on disk. */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runNode } from '../children.ts'
import { generate } from '../generate.ts'
import { mainThreadState } from '../process-usage.ts'
import type { Scenario, Values } from '../scenario.ts'
import { type RunningServer, startServer } from '../servers.ts'

const rooms = 20
const clients = 100
const rate = 10
const fsync = fileURLToPath(new URL('../programs/fsync-time.ts', import.meta.url))

export const receipts: Scenario = {
  id: 'receipts',
  title: 'Durable receipts at 1,000 updates/s',
  about:
    'From the scheduled time of an edit to the receipt that says it is on disk. "Blocked": share of looks, one a millisecond, at which the server\'s main thread waited for the disk. The loop\'s delay is what /metrics says, less the 10 ms at which it looks.',
  subjects: ['weft', 'one fsync'],
  columns: [
    { key: 'p50', title: 'receipt p50 ms' },
    { key: 'p99', title: 'receipt p99 ms' },
    { key: 'max', title: 'receipt max ms' },
    { key: 'missing', title: 'never receipted' },
    { key: 'blockedPercent', title: 'blocked %' },
    { key: 'loopDelayP99', title: 'loop delay p99 ms' },
    { key: 'cpuPercent', title: 'CPU %' },
  ],
  async measure(subject, { quick }) {
    if (subject === 'one fsync') return (await runNode(fsync, { place: 'server' })) as Values
    const server = await startServer('weft', { rooms })
    try {
      const warmMs = 1_000
      const measureMs = quick ? 2_500 : 6_000
      const typing = generate({
        ...{ type: 'typing', target: server, clients, rooms, rate, receipts: true },
        ...{ warmMs, measureMs, drainMs: 3_000 },
      })
      const loop = loopDuring(server, warmMs + 1_500, measureMs - 1_000)
      const [answer, { blockedPercent, loopDelayP99 }] = await Promise.all([typing, loop])
      if (answer.receipts === null) throw new Error('no receipts')
      return { ...answer.receipts, cpuPercent: answer.cpuPercent, blockedPercent, loopDelayP99 }
    } finally {
      await server.stop()
    }
  },
}

/** The interval at which the server's own measure looks: a delay of so much is none. */
const resolutionMs = 10

async function loopDuring(server: RunningServer, afterMs: number, ms: number) {
  await sleep(afterMs)
  await loopDelayP99(server)
  const until = performance.now() + ms
  let looks = 0
  let blocked = 0
  while (performance.now() < until) {
    looks += 1
    if (mainThreadState(server.pid) === 'D') blocked += 1
    await sleep(1)
  }
  return { blockedPercent: (blocked / looks) * 100, loopDelayP99: await loopDelayP99(server) }
}

/** Since it was last asked. */
async function loopDelayP99({ url }: RunningServer): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1]
  return Math.max(0, Number(seconds) * 1_000 - resolutionMs)
}
