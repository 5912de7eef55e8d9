/** B13: one person's connection hangs while the others go on. */
import { generate } from '../generate.ts'
import type { TypingJob } from '../generator/jobs.ts'
import type { Scenario } from '../scenario.ts'
import { type ServerName, serverNames, startServer } from '../servers.ts'

const clients = 20
const rate = 40
/** With it a presence message has about 3.3 kB. */
const presencePadding = 3_000
const trafficMs = 13_000

export const stalledReader: Scenario = {
  id: 'stalled-reader',
  title: 'One reader of 20 stops reading, 30 MB of traffic',
  about:
    'Growth of RSS while the others type and move their carets, with the stalled reader and, as control, without it.',
  subjects: serverNames,
  columns: [
    { key: 'differenceMb', title: 'growth by the stalled reader MB' },
    { key: 'stalledMb', title: 'growth with it MB' },
    { key: 'controlMb', title: 'growth without MB' },
    { key: 'trafficMb', title: 'sent to each reader MB' },
    { key: 'p99', title: 'p99 of the others ms' },
  ],
  async measure(subject) {
    const control = await growth(subject as ServerName, 0)
    const stalled = await growth(subject as ServerName, 1)
    return {
      differenceMb: stalled.growthMb - control.growthMb,
      stalledMb: stalled.growthMb,
      controlMb: control.growthMb,
      trafficMb: stalled.trafficMb,
      p99: stalled.p99,
    }
  },
}

async function growth(name: ServerName, stalled: 0 | 1) {
  const server = await startServer(name, { rooms: 1 })
  try {
    const job: TypingJob = {
      ...{ type: 'typing', target: server, clients: clients - 1 + stalled, rooms: 1, rate, stalled },
      ...{ presencePadding, warmMs: 3_000, measureMs: trafficMs, drainMs: 1_000 },
    }
    const answer = await generate(job)
    return {
      growthMb: answer.peakMb - answer.rssBeforeMb,
      trafficMb: (answer.kilobytesPerSecond * answer.seconds) / 1_000 / (clients - 1),
      p99: answer.p99,
    }
  } finally {
    await server.stop()
  }
}
