/** B6: how much 50 people in one room can do before somebody has to wait. */
import { generate } from '../generate.ts'
import { leastDisturbed } from '../quiet.ts'
import type { Scenario, Values } from '../scenario.ts'
import { type ServerName, serverNames, startServer } from '../servers.ts'
import { typingValues } from './typing.ts'

const clients = 50
/** Edits per second of each. */
const ladder = Array.from({ length: 24 }, (_, step) => Math.round(4 * 1.35 ** step * 10) / 10)
/** Where the search begins: near the answer, so that few steps are needed. */
const expectedStep: Readonly<Record<ServerName, number>> = {
  weft: 15,
  'y-websocket': 5,
  hocuspocus: 7,
  relay: 6,
}
/** Above it the generator does not keep its schedule. */
const generatorLimitPercent = 97

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
  async measure(subject, { quick }) {
    const server = subject as ServerName
    let best: Values = {}
    let generatorGaveOut = 0
    const holds = async (step: number) => {
      const rate = ladder[step]
      if (rate === undefined) return false
      const values = await (quick ? atRate(server, rate) : leastDisturbed(() => atRate(server, rate)))
      const held = isGood(values)
      if (held) best = { ...values, editsPerSecond: rate * clients }
      else generatorGaveOut = (values.generatorPercent ?? 0) > generatorLimitPercent ? 1 : 0
      return held
    }
    let step = expectedStep[server]
    if (await holds(step)) {
      do step += 1
      while (await holds(step))
    } else {
      do step -= 1
      while (step >= 0 && !(await holds(step)))
    }
    if (step < 0) throw new Error('not even the lowest rate was held')
    // Each step has been judged by itself already.
    const { disturbedPercent, ...values } = best
    return { ...values, generatorGaveOut }
  },
}

function isGood({ p99 = Number.POSITIVE_INFINITY, lossPercent = 0, drainMs = 0 }: Values): boolean {
  return p99 < 100 && lossPercent === 0 && drainMs < 150
}

/** Nothing, if the server did not get through it. */
async function atRate(name: ServerName, rate: number): Promise<Values> {
  const server = await startServer(name, { rooms: 1 })
  try {
    const answer = await generate({
      ...{ type: 'typing', target: server, clients, rooms: 1, rate },
      ...{ warmMs: 700, measureMs: 1_600, drainMs: 2_000 },
    })
    return typingValues(answer)
  } catch {
    return {}
  } finally {
    await server.stop()
  }
}
