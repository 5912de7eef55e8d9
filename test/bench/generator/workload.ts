import { performance } from 'node:perf_hooks'

/** How busy this process really is. It spins before an edit is due, so its CPU time does not say. */
export interface Workload {
  /** A look whether something is to do, and there was nothing. */
  lookedInVain(ms: number): void
  /** Share of the time since {@link Workload.restart} in percent. */
  percent(): number
  restart(): void
}

export function workload(): Workload {
  let began = performance.now()
  let from = performance.eventLoopUtilization()
  let vain = 0
  return {
    lookedInVain(ms) {
      vain += ms
    },
    percent() {
      const { idle } = performance.eventLoopUtilization(from)
      return Math.max(0, (1 - (idle + vain) / (performance.now() - began)) * 100)
    },
    restart() {
      began = performance.now()
      from = performance.eventLoopUtilization()
      vain = 0
    },
  }
}
