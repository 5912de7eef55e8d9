/** B10: what people cost who do nothing. */
import { generate } from '../generate.ts'
import type { Scenario } from '../scenario.ts'
import { type ServerName, serverNames, startServer } from '../servers.ts'

export const idleCrowd = idle('idle-1000x5', 1_000, 5, 0)
export const idleRooms = idle('idle-5000x1', 5_000, 1, 32_000)

/** `longMs`: of the time with heartbeats. Weft's come every 20 s, the others' every 30 s. */
function idle(id: string, rooms: number, peopleInEach: number, longMs: number): Scenario {
  return {
    id,
    title: `${rooms.toLocaleString('en')} rooms × ${peopleInEach} people who do nothing`,
    about: 'All have joined and announced their presence. In the quiet time no heartbeat is due.',
    subjects: serverNames,
    columns: [
      { key: 'kilobytesPerClient', title: 'RSS per client kB' },
      { key: 'rssBeforeMb', title: 'RSS before MB' },
      { key: 'rssMb', title: 'RSS MB' },
      { key: 'joinCpuSeconds', title: 'CPU s to join' },
      { key: 'quietCpuPercent', title: 'CPU %, quiet' },
      { key: 'longCpuPercent', title: 'CPU %, with heartbeats' },
    ],
    async measure(subject, { quick }) {
      const share = quick ? 0.2 : 1
      const server = await startServer(subject as ServerName, { rooms: rooms * share })
      try {
        const answer = await generate({
          ...{ type: 'idling', target: server, clients: rooms * peopleInEach * share, rooms: rooms * share },
          connectPerSecond: 1_500,
          ...{ settleMs: 5_000, quietMs: 3_000, longMs: quick ? 0 : longMs },
        })
        if (answer.closed > 0) throw new Error(`the server closed ${answer.closed} connections`)
        const { longCpuPercent, ...values } = answer
        return quick || longMs === 0 ? values : { ...values, longCpuPercent }
      } finally {
        await server.stop()
      }
    },
  }
}
