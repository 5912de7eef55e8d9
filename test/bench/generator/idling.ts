/** Many clients join and do nothing; see {@link IdlingJob}. */
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMsBetween, readCpu, rssMb } from '../process-usage.ts'
import { captureAuthor } from './captured.ts'
import { messagePrefix, openConnection } from './connection.ts'
import { gather } from './crowd.ts'
import { maskedFrame, opcodes } from './frames.ts'
import { type IdlingAnswer, type IdlingJob, roomName } from './jobs.ts'

export async function idling(job: IdlingJob): Promise<IdlingAnswer> {
  const { target, clients, rooms } = job
  const rss = async () => {
    if (job.collect === true) {
      process.kill(target.pid, 'SIGUSR2')
      await sleep(1_000)
    }
    return rssMb(target.pid)
  }
  const rssBeforeMb = await rss()
  const cpuBefore = readCpu(target.pid)
  const connections = await gather({
    clients,
    connectPerSecond: job.connectPerSecond,
    open: (index) => {
      const room = roomName((job.firstRoom ?? 0) + (index % rooms))
      const prefix = messagePrefix(target.dialect, room)
      const frame = (message: Uint8Array) => maskedFrame(opcodes.binary, Buffer.concat([prefix, message]))
      const { hello } = captureAuthor(index, { edits: 0, frame })
      return openConnection({ port: target.port, dialect: target.dialect, room, hello })
    },
  })
  const joinCpuSeconds = cpuMsBetween(cpuBefore, readCpu(target.pid)) / 1_000
  await sleep(job.settleMs)
  const rssAfterMb = await rss()
  const quietCpuPercent = await cpuPercentOver(target.pid, job.quietMs)
  const longCpuPercent = await cpuPercentOver(target.pid, job.longMs)
  return {
    rssBeforeMb,
    rssMb: rssAfterMb,
    kilobytesPerClient: ((rssAfterMb - rssBeforeMb) * 1_024) / clients,
    joinCpuSeconds,
    quietCpuPercent,
    longCpuPercent,
    closed: connections.filter(({ closed }) => closed).length,
  }
}

async function cpuPercentOver(pid: number, ms: number): Promise<number> {
  if (ms === 0) return 0
  const from = readCpu(pid)
  const began = performance.now()
  await sleep(ms)
  return (cpuMsBetween(from, readCpu(pid)) / (performance.now() - began)) * 100
}
