/** B7 to B9: many people open one large document at once. */
import { generate } from '../generate.ts'
import type { JoiningAnswer, JoiningJob, Target } from '../generator/jobs.ts'
import type { Bench, Column, Scenario, Values } from '../scenario.ts'
import { type RunningServer, type ServerName, startCompressingServer, startServer } from '../servers.ts'

const columns: readonly Column[] = [
  { key: 'allMs', title: 'all there after ms' },
  { key: 'p50', title: 'p50 ms' },
  { key: 'cpuSeconds', title: 'CPU s' },
  { key: 'rssBeforeMb', title: 'RSS before MB' },
  { key: 'growthMb', title: 'growth at most MB' },
  { key: 'megabytes', title: 'sent MB' },
]
const subjects: readonly ServerName[] = ['weft', 'y-websocket', 'hocuspocus']

export const joining: Scenario = {
  id: 'join',
  title: '200 people join a document of 1 MB at once',
  about: 'The document is in memory, brought by somebody who stays; the 200 hold nothing of it.',
  subjects,
  columns,
  measure: (subject, bench) => measure(subject as ServerName, (target) => job(bench, target, 200)),
}

export const rejoining: Scenario = {
  id: 'rejoin',
  title: '200 people come back at once, 300 edits behind',
  about: 'The same document; each of the 200 lacks the last 300 edits and says so by its state vector.',
  subjects,
  columns,
  measure: (subject, bench) =>
    measure(subject as ServerName, async (target) => ({
      ...(await job(bench, target, 200)),
      stateVectorFile: (await bench.documents()).earlier,
    })),
}

const plain = 'weft'
const offered = 'weft, compressing'
const yardstick = 'ws, compressing for each client'

export const compression: Scenario = {
  id: 'compression',
  title: '100 people join with compression',
  about:
    'The same document with permessage-deflate offered, and what it costs a plain ws server to compress it anew for each (level 3).',
  subjects: [plain, offered, yardstick],
  columns,
  async measure(subject, bench) {
    const make = async (target: Target) => ({
      ...(await job(bench, target, 100)),
      deflate: subject !== plain,
    })
    if (subject !== yardstick) return measure('weft', make)
    return measureOn(await startCompressingServer((await bench.documents()).answer), make)
  },
}

async function job(bench: Bench, target: Target, clients: number): Promise<JoiningJob> {
  return { type: 'joining', target, clients, rooms: 1, updateFile: (await bench.documents()).large }
}

type MakeJob = (target: Target) => Promise<JoiningJob>

async function measure(name: ServerName, make: MakeJob): Promise<Values> {
  return measureOn(await startServer(name, { rooms: 1 }), make)
}

async function measureOn(server: RunningServer, make: MakeJob): Promise<Values> {
  try {
    const asked = await make(server)
    const answer = await generate(asked)
    if (asked.deflate === true && !answer.compressed) throw new Error('the server does not compress')
    return joiningValues(answer)
  } finally {
    await server.stop()
  }
}

function joiningValues({ compressed, ...values }: JoiningAnswer): Values {
  return { ...values, growthMb: values.peakMb - values.rssBeforeMb }
}
