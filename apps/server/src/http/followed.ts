/** What every connection that follows something has in common: its place among the others, and its loop. */
import { limits } from '@weft/protocol'
import { TooManyReads } from '../document-reader.ts'
import { createBell } from '../following/bell.ts'
import type { HttpContext, HttpDeps } from './env.ts'
import { type EventStream, openEventStream, whenGone } from './event-stream.ts'
import { heartbeats } from './event-words.ts'
import { Refused } from './refused.ts'

type Deps = Pick<HttpDeps, 'streams' | 'timers' | 'log' | 'isDraining'>

export interface Following {
  /** Rings when there may be something to look at. Returns how to stop. */
  listen(ring: () => void): () => void
  /** Sends what there is. True: there was something, so there may be more. */
  look(): Promise<boolean>
  /** False: whoever follows may not any more. */
  mayStay(): Promise<boolean>
}

/** How soon a look that was put off is taken again. */
const putOffMs = 500

/** A stream that looks whenever it is rung for, until its reader goes, may not stay, or the server ends. */
export function streamed(
  c: HttpContext,
  deps: Deps,
  type: keyof typeof heartbeats,
  follow: (stream: EventStream) => Following,
): Response {
  const { streams, timers, log } = deps
  refuseWhileDraining(deps)
  let stop = () => {}
  const bell = createBell(timers)
  const release = streams.take(c.var, () => stream.end())
  if (release === null) throw tooMany()
  const stream = openEventStream(c, {
    type,
    timers,
    onEnd() {
      release()
      stop()
      bell.ring()
    },
  })
  const following = follow(stream)
  stop = following.listen(bell.ring)
  // It may have ended before there was anything to stop.
  if (!stream.isOpen) stop()

  async function look(): Promise<boolean> {
    try {
      return await following.look()
    } catch (error) {
      if (!(error instanceof TooManyReads)) throw error
      await createBell(timers).wait(putOffMs)
      return true
    }
  }

  /** Also of a stream that always has something to look at. A clock that was set back holds nothing up. */
  async function run(): Promise<void> {
    let [stayedAt, beatAt] = [timers.now(), timers.now()]
    const passedSince = (time: number) => Math.abs(timers.now() - time)
    while (stream.isOpen) {
      bell.clear()
      const isMore = await look()
      if (!(await stream.ready())) return
      if (!isMore) await bell.wait(Math.max(0, limits.eventHeartbeatMs - passedSince(beatAt)))
      if (!stream.isOpen || passedSince(beatAt) < limits.eventHeartbeatMs) continue
      beatAt = timers.now()
      stream.send(heartbeats[type])
      if (passedSince(stayedAt) < limits.rightsMs) continue
      stayedAt = timers.now()
      if (!(await following.mayStay())) stream.end()
    }
  }
  run().catch((error: unknown) => {
    log.warn({ err: error }, 'a stream of events ended')
    stream.end()
  })
  return stream.response
}

/** Looks until there is something, at most so long. */
export async function awaited<Found>(
  c: HttpContext,
  deps: Deps,
  seconds: number,
  listen: Following['listen'],
  look: () => Promise<Found | null>,
): Promise<Found | null> {
  refuseWhileDraining(deps)
  const { streams, timers } = deps
  const bell = createBell(timers)
  let isOver = false
  const end = () => {
    isOver = true
    bell.ring()
  }
  const release = streams.take(c.var, end)
  if (release === null) throw tooMany()
  whenGone(c, end)
  const stop = listen(bell.ring)
  const until = timers.now() + seconds * 1_000
  try {
    for (;;) {
      bell.clear()
      const found = await look()
      const left = Math.min(until - timers.now(), seconds * 1_000)
      if (found !== null || left <= 0 || isOver) return found
      await bell.wait(left)
    }
  } finally {
    stop()
    release()
  }
}

function refuseWhileDraining({ isDraining }: Pick<Deps, 'isDraining'>): void {
  if (isDraining()) throw new Refused('restarting', { headers: { 'retry-after': '2' } })
}

function tooMany(): Refused {
  return new Refused('too-many-connections', {
    detail: 'Too many connections follow events.',
    headers: { 'retry-after': '5' },
  })
}
