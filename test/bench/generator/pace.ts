/** Keeps a schedule to some ten microseconds, and reads sockets in between. */
import type { Schedule } from './schedule.ts'
import type { Workload } from './workload.ts'

export interface Pace {
  readonly schedule: Schedule
  /** On the clock of `performance.now()`. */
  readonly startAt: number
  readonly untilAt: number
  readonly measureAt: number
  /** Once, at `measureAt`. */
  readonly onMeasure: () => void
  readonly onDue: (client: number, dueAt: number, now: number) => void
  /** Chunks read so far. */
  readonly reads: () => number
  readonly load: Workload
}

/** Edits that are written in one go before sockets are read again. */
const burst = 64
/** Timers are a millisecond coarse. */
const coarseMs = 1.2

export function keepPace(pace: Pace): Promise<void> {
  const { schedule, startAt, untilAt, measureAt, load } = pace
  let turn = 0
  let dueAt = startAt + schedule.dueAt(0)
  let isMeasuring = false
  let spun = false
  let steppedAt = performance.now()
  let readsBefore = pace.reads()

  return new Promise((resolve) => {
    const step = () => {
      const now = performance.now()
      if (now >= untilAt) return resolve()
      if (!isMeasuring && now >= measureAt) {
        isMeasuring = true
        pace.onMeasure()
      }
      let written = 0
      while (dueAt <= now && dueAt < untilAt && written < burst) {
        pace.onDue(schedule.clientAt(turn), dueAt, now)
        written += 1
        turn += 1
        dueAt = startAt + schedule.dueAt(turn)
      }
      const reads = pace.reads()
      if (spun && written === 0 && reads === readsBefore) load.lookedInVain(now - steppedAt)
      readsBefore = reads
      steppedAt = performance.now()
      const gap = Math.min(dueAt, untilAt) - steppedAt
      spun = gap < 1 + coarseMs
      if (spun) setImmediate(step)
      else setTimeout(step, Math.floor(gap - coarseMs))
    }
    step()
  })
}
