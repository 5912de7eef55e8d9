/** Many clients type at a fixed rate; see {@link TypingJob}. */
import { setTimeout as sleep } from 'node:timers/promises'
import { busyMs, cpuMsBetween, forgetPeak, peakRssMb, readCpu, rssMb } from '../process-usage.ts'
import { type Author, captureAuthor } from './captured.ts'
import { type Connection, messagePrefix, openConnection } from './connection.ts'
import { gather } from './crowd.ts'
import { deliveries } from './deliveries.ts'
import { maskedFrame, opcodes } from './frames.ts'
import { histogram } from './histogram.ts'
import { roomName, type TypingAnswer, type TypingJob } from './jobs.ts'
import { markerScanner } from './markers.ts'
import { keepPace } from './pace.ts'
import { receiptTimes } from './receipt-times.ts'
import { schedule } from './schedule.ts'
import { workload } from './workload.ts'

export async function typing(job: TypingJob): Promise<TypingAnswer> {
  const { target, clients, rooms, rate } = job
  const readers = clients - (job.stalled ?? 0)
  const editsPerClient = Math.ceil((rate * (job.warmMs + job.measureMs)) / 1_000) + 2
  const authors = Array.from({ length: clients }, (_, index) => capture(job, index, editsPerClient))
  const counted = deliveries({ clients, rooms, editsPerClient, readers })
  const receipts = receiptTimes(clients)
  const lateness = histogram()
  const load = workload()
  let reads = 0

  const open = (reader: number) => {
    let at = 0
    const scanner = markerScanner((author, edit) => counted.arrived(author, edit, reader, at))
    return openConnection({
      port: target.port,
      dialect: target.dialect,
      room: roomName(reader % rooms),
      hello: authors[reader]?.hello ?? null,
      query: job.receipts === true ? '?receipts=1' : '',
      onBytes: (chunk, now) => {
        at = now
        reads += 1
        scanner.scan(chunk)
      },
      onReceipt: (messages, now) => receipts.receipt(reader, messages, now),
    })
  }
  const connections = await gather({ clients, connectPerSecond: job.connectPerSecond, open })
  await sleep(300)
  const listening = connections.slice(0, readers)
  const look = () => ({
    at: performance.now(),
    cpu: readCpu(target.pid),
    own: process.cpuUsage(),
    busy: busyMs(),
    arrivals: counted.arrivals,
    bytes: sum(listening, ({ bytes }) => bytes),
    frames: sum(listening, ({ frames }) => frames),
    presence: listening.map(({ presenceBytes }) => presenceBytes),
  })
  const startAt = performance.now() + 5
  const measureAt = startAt + job.warmMs
  let from = look()
  let edits = 0
  let rssBeforeMb = 0
  const written = new Uint32Array(clients)

  await keepPace({
    schedule: schedule(readers, rate),
    startAt,
    measureAt,
    untilAt: measureAt + job.measureMs,
    load,
    reads: () => reads,
    onMeasure: () => {
      for (const connection of connections.slice(readers)) connection.pauseReading()
      rssBeforeMb = rssMb(target.pid)
      forgetPeak(target.pid)
      from = look()
      load.restart()
    },
    onDue: (client, dueAt, now) => {
      const edit = written[client] ?? 0
      written[client] = edit + 1
      const measured = dueAt >= measureAt
      if (measured) {
        edits += 1
        lateness.add(now - dueAt)
      }
      counted.scheduled(client, edit, dueAt, measured)
      writeEdit(connections[client], authors[client], edit)
      if (job.receipts !== true) return
      receipts.sent(client, connections[client]?.syncMessages ?? 0, dueAt, measured)
    },
  })
  const to = look()
  const generatorPercent = load.percent()

  const isDone = () =>
    counted.delivered >= counted.expected && (job.receipts !== true || receipts.missing === 0)
  while (!isDone() && performance.now() - to.at < job.drainMs) await sleep(2)
  const drainMs = performance.now() - to.at
  await sleep(50)
  const cpuMs = cpuMsBetween(from.cpu, readCpu(target.pid))

  if (counted.strays > 0) throw new Error(`${counted.strays} edits came to another room`)
  const seconds = (to.at - from.at) / 1_000
  const { latency } = counted
  const ownMs = (to.own.user - from.own.user + to.own.system - from.own.system) / 1_000
  const othersMs = to.busy - from.busy - cpuMsBetween(from.cpu, to.cpu) - ownMs
  return {
    seconds,
    edits,
    expected: counted.expected,
    delivered: counted.delivered,
    loss: 1 - counted.delivered / counted.expected,
    deliveriesPerSecond: (to.arrivals - from.arrivals) / seconds,
    cpuPercent: cpuMsBetween(from.cpu, to.cpu) / seconds / 10,
    cpuMicrosPerDelivery: (cpuMs / (counted.arrivals - from.arrivals)) * 1_000,
    p50: latency.quantile(0.5),
    p90: latency.quantile(0.9),
    p99: latency.quantile(0.99),
    max: latency.max,
    drainMs,
    kilobytesPerSecond: (to.bytes - from.bytes) / seconds / 1_000,
    framesPerSecond: (to.frames - from.frames) / seconds,
    presenceKilobytesPerSecond:
      to.presence.reduce((all, bytes, index) => all + bytes - (from.presence[index] ?? 0), 0) /
      seconds /
      1_000,
    withoutPresence: to.presence.filter((bytes, index) => bytes === from.presence[index]).length,
    generatorPercent,
    latenessP99: lateness.quantile(0.99),
    disturbedPercent: Math.max(0, othersMs / seconds / 20),
    closed: connections.filter(({ closed }) => closed).length,
    rssBeforeMb,
    rssMb: rssMb(target.pid),
    peakMb: peakRssMb(target.pid),
    receipts:
      job.receipts === true
        ? {
            p50: receipts.latency.quantile(0.5),
            p99: receipts.latency.quantile(0.99),
            max: receipts.latency.max,
            missing: receipts.missing,
          }
        : null,
  }
}

function capture(job: TypingJob, index: number, edits: number): Author {
  const prefix = messagePrefix(job.target.dialect, roomName(index % job.rooms))
  return captureAuthor(index, {
    edits,
    frame: (message) => maskedFrame(opcodes.binary, Buffer.concat([prefix, message])),
    presencePadding: job.presencePadding ?? 0,
  })
}

/** Two frames and two writes, as a browser does. */
function writeEdit(connection: Connection | undefined, author: Author | undefined, edit: number): void {
  const frame = author?.edits[edit]
  const presence = author?.presences[edit]
  if (frame === undefined || presence === undefined) throw new Error('more edits are due than were captured')
  connection?.writeEdit(frame)
  connection?.write(presence)
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((all, item) => all + value(item), 0)
}
