/** The only place where the server asks the machine for the time or for a wake-up. */
import type { Timers } from '@weft/sync'

export const realTimers: Timers = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

/** Rejects with {@link TooLate} when `work` has not ended after `ms`. The work itself goes on. */
export async function within<Result>(timers: Timers, ms: number, work: Promise<Result>): Promise<Result> {
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = timers.after(ms, () => reject(new TooLate(`no answer within ${ms} ms`)))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    cancel()
  }
}

export class TooLate extends Error {
  override name = 'TooLate'
}
