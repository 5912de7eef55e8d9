/** B16: a program writes a document that people are typing in. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from '../generate.ts'
import { histogram } from '../generator/histogram.ts'
import { roomName } from '../generator/jobs.ts'
import type { Bench, Scenario, Values } from '../scenario.ts'
import { postUpdate, type RunningServer, startWeft } from '../servers.ts'
import { typingValues } from './typing.ts'

const room = 0
const clients = 10
const rate = 5
/** Between two writes. */
const pauseMs = 200

const typing = 'weft'
const pasted = 'weft, a pasted text'
const written = 'weft, while a program writes'

export const writing: Scenario = {
  id: 'put',
  title: 'A program writes a document of 1 MB in which 10 people type',
  about:
    'It changes one line of the text that it read a moment ago and sends all of it with PUT, about four times a second. The document was typed, with everything that was deleted meanwhile; for comparison one of the same size that was pasted.',
  subjects: [typing, written, pasted],
  columns: [
    { key: 'putP50', title: 'PUT p50 ms' },
    { key: 'putP99', title: 'PUT p99 ms' },
    { key: 'puts', title: 'PUTs' },
    { key: 'p50', title: 'typing p50 ms' },
    { key: 'p99', title: 'typing p99 ms' },
    { key: 'lossPercent', title: 'lost %' },
    { key: 'cpuPercent', title: 'CPU %' },
    { key: 'disturbedPercent', title: 'taken by others %' },
  ],
  async measure(subject, bench) {
    const folder = await mkdtemp(path.join(tmpdir(), 'weft-bench-'))
    try {
      const server = await startWeft({ folder })
      try {
        await make(server, subject, bench)
        const warmMs = bench.quick ? 3_000 : 8_000
        const measureMs = bench.quick ? 4_000 : 10_000
        const crowd = { type: 'typing', target: server, clients, rooms: 1, rate } as const
        const typed = generate({ ...crowd, warmMs, measureMs, drainMs: 3_000 })
        const isWritten = subject !== typing
        const [answer, puts] = await Promise.all([
          typed,
          isWritten ? write(server, { warmMs, measureMs }) : ({} satisfies Values),
        ])
        return { ...typingValues(answer), ...puts }
      } finally {
        await server.stop()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** Of the kind that people write, unlike the other scenarios' rooms. */
async function make(server: RunningServer, subject: string, bench: Bench): Promise<void> {
  const { large } = await bench.documents()
  const content = subject === pasted ? 'A line of some words, as they come.\n'.repeat(28_000) : ''
  const answer = await fetch(address(server), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Large', content }),
  })
  if (!answer.ok) throw new Error(`not made: ${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
  if (subject !== pasted) await postUpdate(server, room, new Uint8Array(await readFile(large)))
}

async function write(
  server: RunningServer,
  { warmMs, measureMs }: { readonly warmMs: number; readonly measureMs: number },
): Promise<Values> {
  const times = histogram()
  let puts = 0
  const beganAt = performance.now()
  for (let n = 0; performance.now() < beganAt + warmMs + measureMs; n++) {
    await sleep(pauseMs)
    const read = await fetch(`${address(server)}/content`)
    const body = changed(await read.text(), n)
    const headers = { 'content-type': 'text/markdown', 'if-match': read.headers.get('etag') ?? '' }
    const sentAt = performance.now()
    const answer = await fetch(`${address(server)}/content`, { method: 'PUT', headers, body })
    await answer.arrayBuffer()
    const ms = performance.now() - sentAt
    if (!answer.ok) throw new Error(`not written: ${answer.status}`)
    if (sentAt < beganAt + warmMs) continue
    times.add(ms)
    puts += 1
  }
  return { putP50: times.quantile(0.5), putP99: times.quantile(0.99), puts }
}

/** One line, somewhere in the middle. */
function changed(text: string, n: number): string {
  const at = text.indexOf('\n', (text.length * (0.2 + ((n * 7) % 60) / 100)) | 0) + 1
  const end = text.indexOf('\n', at)
  return `${text.slice(0, at)}Line number ${n} is changed.${text.slice(end === -1 ? text.length : end)}`
}

function address({ url }: RunningServer): string {
  return `${url}/api/v1/documents/${roomName(room)}`
}
