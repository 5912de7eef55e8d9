/** Time and chance, handed in so that tests own them. */
export interface Timers {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `task` once after `ms`. Returns its cancel function. */
  after(ms: number, task: () => void): () => void
  /** 0 ≤ n < 1. */
  random(): number
}

/** The browser's own. The only place in this package that asks it. */
export const browserTimers: Timers = {
  now: () => Date.now(),
  after(ms, task) {
    const id = setTimeout(task, ms)
    return () => clearTimeout(id)
  },
  random: () => Math.random(),
}
