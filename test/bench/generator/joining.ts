/** Many clients ask for one large document at once; see {@link JoiningJob}. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { encode } from '@weft/protocol'
import { cpuMsBetween, forgetPeak, peakRssMb, readCpu, rssMb } from '../process-usage.ts'
import { captureAuthor } from './captured.ts'
import { messagePrefix, openConnection } from './connection.ts'
import { allSynced, gather } from './crowd.ts'
import { maskedFrame, opcodes } from './frames.ts'
import { type JoiningAnswer, type JoiningJob, roomName, type Target } from './jobs.ts'

export async function joining(job: JoiningJob): Promise<JoiningAnswer> {
  const { target, clients } = job
  await write(target, readFileSync(job.updateFile))
  const stateVector = job.stateVectorFile === undefined ? null : readFileSync(job.stateVectorFile)
  const prefix = messagePrefix(target.dialect, roomName(0))
  const frame = (message: Uint8Array) => maskedFrame(opcodes.binary, Buffer.concat([prefix, message]))
  const authors = Array.from({ length: clients }, (_, index) => captureAuthor(index, { edits: 0, frame }))

  const rssBeforeMb = rssMb(target.pid)
  forgetPeak(target.pid)
  const cpuBefore = readCpu(target.pid)
  const began = performance.now()
  const connections = await gather({
    clients,
    open: (index) =>
      openConnection({
        port: target.port,
        dialect: target.dialect,
        room: roomName(0),
        stateVector,
        deflate: job.deflate === true,
        hello: authors[index]?.hello ?? null,
      }),
  })
  const cpuMs = cpuMsBetween(cpuBefore, readCpu(target.pid))
  const megabytes = connections.reduce((all, { bytes }) => all + bytes, 0) / 1e6
  const times = connections.map(({ syncedAt }) => syncedAt - began).sort((a, b) => a - b)
  await sleep(1_000)
  return {
    allMs: times.at(-1) ?? 0,
    p50: times[times.length >> 1] ?? 0,
    cpuSeconds: cpuMs / 1_000,
    rssBeforeMb,
    peakMb: peakRssMb(target.pid),
    megabytes,
    compressed: connections.every(({ compressed }) => compressed),
  }
}

/** One client brings the document and stays, so that every server has it in memory. Then the server comes to rest. */
async function write(target: Target, update: Uint8Array): Promise<void> {
  const connection = openConnection({ port: target.port, dialect: target.dialect, room: roomName(0) })
  await allSynced([connection])
  const prefix = messagePrefix(target.dialect, roomName(0))
  connection.write(maskedFrame(opcodes.binary, Buffer.concat([prefix, encode({ type: 'update', update })])))
  await atRest(target.pid)
}

/** One second in which the process used less than 2 % of a core. */
export async function atRest(pid: number): Promise<void> {
  const began = performance.now()
  for (let quiet = 0; quiet < 5; ) {
    if (performance.now() - began > 60_000) throw new Error('the server does not come to rest')
    const before = readCpu(pid)
    await sleep(200)
    quiet = cpuMsBetween(before, readCpu(pid)) < 4 ? quiet + 1 : 0
  }
}
