/**
 * How late the event loop is, sampled some seven times a second. Every sample wakes the process: a hundred a second, as
 * prom-client takes by default, are most of what a server costs that has nothing to do.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, type Registry } from 'prom-client'

const everyMs = 150

/** Under the names that prom-client gives them, in whose place they come. */
const figures = [
  ['nodejs_eventloop_lag_min_seconds', 'The least', (lag) => lag.min],
  ['nodejs_eventloop_lag_max_seconds', 'The longest', (lag) => lag.max],
  ['nodejs_eventloop_lag_mean_seconds', 'The mean', (lag) => lag.mean],
  ['nodejs_eventloop_lag_p50_seconds', 'The median', (lag) => lag.percentile(50)],
  ['nodejs_eventloop_lag_p90_seconds', 'The 90th percentile', (lag) => lag.percentile(90)],
  ['nodejs_eventloop_lag_p99_seconds', 'The 99th percentile', (lag) => lag.percentile(99)],
] as const satisfies readonly (readonly [string, string, (lag: Lag) => number])[]

type Lag = ReturnType<typeof monitorEventLoopDelay>

/** Replaces what `collectDefaultMetrics` registered under these names. Figures are of the time since they were read. */
export function watchEventLoop(registry: Registry): void {
  const lag = monitorEventLoopDelay({ resolution: everyMs })
  lag.enable()
  // It tells the time between two samples.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - everyMs / 1_000) || 0
  const readings = new Map<string, number>()
  const read = (name: string) => {
    if (!readings.has(name)) {
      for (const [figure, , of] of figures) readings.set(figure, late(of(lag)))
      lag.reset()
    }
    const value = readings.get(name) ?? 0
    readings.delete(name)
    return value
  }
  registry.removeSingleMetric('nodejs_eventloop_lag_stddev_seconds')
  for (const [name, what] of figures) {
    registry.removeSingleMetric(name)
    new Gauge({
      name,
      help: `${what} delay of the event loop, in seconds.`,
      registers: [registry],
      collect() {
        this.set(read(name))
      },
    })
  }
}

/** For prom-client's own watch, which cannot be turned off: once in three weeks. */
export const hardlyEverMs = 2 ** 31 - 1
