/** Time and chance, handed in so that tests own them. */
export interface Timers {
  /** Milliseconds since 1970. Never goes back. */
  now(): number
  /** Runs `task` once after `ms`. Returns its cancel function. */
  after(ms: number, task: () => void): () => void
  /** 0 ≤ n < 1. */
  random(): number
}

/** The browser's own. The only place in this package that asks it. */
export const browserTimers: Timers = {
  now: steadyClock(),
  after(ms, task) {
    const id = setTimeout(task, ms)
    return () => clearTimeout(id)
  },
  random: () => Math.random(),
}

/**
 * A clock that is set back stands still for that moment and goes on. Else “Saving” would stay, and carets would wait,
 * until it came to where it was before.
 */
export function steadyClock(clock: () => number = Date.now): () => number {
  let setBack = 0
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock() + setBack
    if (now < last) setBack += last - now
    last = Math.max(last, now)
    return last
  }
}
