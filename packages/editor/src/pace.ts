/** Work that need not happen at every event. */
import type { Timers } from './timers.ts'

export interface Pace {
  /** A function that runs `task` after at most `ms`, once for all calls in between. */
  gathered(ms: number, task: () => void): () => void
  every(ms: number, task: () => void): void
  /** Ends all of it. */
  stop(): void
}

export function createPace(timers: Timers): Pace {
  const cancels = new Map<object, () => void>()
  let stopped = false
  return {
    gathered(ms, task) {
      const key = {}
      return () => {
        if (stopped || cancels.has(key)) return
        const run = () => {
          cancels.delete(key)
          task()
        }
        cancels.set(key, timers.after(ms, run))
      }
    },
    every(ms, task) {
      const key = {}
      const run = () => {
        cancels.set(key, timers.after(ms, run))
        task()
      }
      cancels.set(key, timers.after(ms, run))
    },
    stop() {
      stopped = true
      for (const cancel of cancels.values()) cancel()
      cancels.clear()
    },
  }
}
