/** B6: how much 50 people in one room can do before somebody has to wait. */
import { generate } from '../generate.ts'
import type { Scenario, Values } from '../scenario.ts'
import { type ServerName, serverNames, startServer } from '../servers.ts'
import { typingValues } from './typing.ts'

const clients = 50
/** Edits per second of each, each step 1.35 times the last. */
const ladder = Array.from({ length: 20 }, (_, step) => Math.round(4 * 1.35 ** step * 10) / 10)
/** Where each is expected, so that few steps are needed. */
const firstStep: Readonly<Record<ServerName, number>> = {
  weft: 12,
  'y-websocket': 3,
  hocuspocus: 5,
  relay: 4,
}
const mostSteps = 9

export const saturation: Scenario = {
  id: 'saturation',
  title: 'Saturation: 50 people in one room',
  about:
    'The highest rate at which p99 stays below 100 ms and nothing is lost, searched in steps of 1.35 and with a fresh server at each.',
  subjects: serverNames,
  columns: [
    { key: 'editsPerSecond', title: 'edits/s' },
    { key: 'deliveriesPerSecond', title: 'deliveries/s' },
    { key: 'p50', title: 'p50 ms' },
    { key: 'p99', title: 'p99 ms' },
    { key: 'cpuPercent', title: 'CPU %' },
    { key: 'generatorPercent', title: 'generator busy %' },
    { key: 'generatorGaveOut', title: 'ended by the generator' },
  ],
  async measure(subject) {
    const server = subject as ServerName
    let step = firstStep[server]
    let best: Values | null = null
    let direction = 0
    let gaveOut = false
    for (let count = 0; count < mostSteps && step >= 0; count++) {
      const rate = ladder[step]
      if (rate === undefined) break
      const values = await atRate(server, rate)
      const holds = values !== null && isGood(values)
      if (holds && (best === null || rate * clients > (best.editsPerSecond ?? 0))) {
        best = { ...values, editsPerSecond: rate * clients }
      }
      if (!holds) gaveOut = values !== null && (values.generatorPercent ?? 0) > 97
      if (direction !== 0 && holds !== direction > 0) break
      direction = holds ? 1 : -1
      step += direction
    }
    if (best === null) throw new Error('not even the lowest rate was held')
    return { ...best, generatorGaveOut: gaveOut ? 1 : 0 }
  },
}

function isGood({ p99 = 0, lossPercent = 0, drainMs = 0 }: Values): boolean {
  return p99 < 100 && lossPercent === 0 && drainMs < 150
}

/** `null`: the server did not get through it. */
async function atRate(name: ServerName, rate: number): Promise<Values | null> {
  const server = await startServer(name, { rooms: 1 })
  try {
    return typingValues(
      await generate({
        ...{ type: 'typing', target: server, clients, rooms: 1, rate },
        ...{ warmMs: 700, measureMs: 1_600, drainMs: 2_000 },
      }),
    )
  } catch {
    return null
  } finally {
    await server.stop()
  }
}
