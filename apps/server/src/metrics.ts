/** What `/metrics` shows, in the Prometheus format. Labels are few and bounded: never an id, a title or a name. */
import type { RoomsStats } from '@weft/sync'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { hardlyEverMs, watchEventLoop } from './event-loop-lag.ts'

export interface Metrics {
  readonly registry: Registry
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>
  /** WebSocket upgrades by outcome: `accepted` or why not. */
  readonly upgrades: Counter<'outcome'>
  /** WebSockets that ended, by close reason. */
  readonly closes: Counter<'reason'>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: hardlyEverMs })
  watchEventLoop(registry)
  const registers = [registry]
  return {
    registry,
    httpDuration: new Histogram({
      name: 'weft_http_request_duration_seconds',
      help: 'Time from request to answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    upgrades: new Counter({
      name: 'weft_upgrades_total',
      help: 'WebSocket upgrades by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    closes: new Counter({
      name: 'weft_closes_total',
      help: 'WebSockets that ended, by reason.',
      labelNames: ['reason'],
      registers,
    }),
  }
}

/** Adds the gauges that are read when somebody asks. */
export function watchRooms(
  metrics: Metrics,
  live: {
    readonly stats: () => RoomsStats
    readonly connections: () => number
    readonly damaged: () => number
    readonly streams: () => number
    readonly unindexed: () => number
  },
): void {
  const gauges = [
    ['weft_rooms', 'Documents in memory.', () => live.stats().rooms],
    ['weft_peers', 'People and programs in rooms.', () => live.stats().peers],
    ['weft_uncommitted_bytes', 'Bytes of updates not yet durable.', () => live.stats().uncommittedBytes],
    ['weft_room_bytes', 'Memory that open documents hold, about.', () => live.stats().bytes],
    ['weft_connections', 'Open WebSockets.', live.connections],
    ['weft_event_streams', 'Connections that follow events.', live.streams],
    ['weft_damaged_documents', 'Documents met since the start whose checksums fail.', live.damaged],
    ['weft_unindexed_documents', 'Changed documents that search does not have yet.', live.unindexed],
  ] as const
  for (const [name, help, read] of gauges) {
    new Gauge({
      name,
      help,
      registers: [metrics.registry],
      collect() {
        this.set(read())
      },
    })
  }
}
