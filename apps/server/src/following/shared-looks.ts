/**
 * One look for all who look at the same place at about the same time: however many follow something, the storage is
 * asked once, and what is found is one value, so that what is made of it can be kept with it.
 *
 * Rule: who comes while a look is under way may have heard of what it misses. If it found nothing, they look again.
 */
import type { Timers } from '@weft/sync'
import { LRUCache } from 'lru-cache'

export interface SharedLooks<Found> {
  /** `subject`: what is looked at, now and then. Rejects as `look` does, for all who share it. */
  at(subject: string, place: string, look: () => Promise<Found>): Promise<Found>
}

export interface SharedLooksOptions<Found> {
  readonly timers: Timers
  /** Least time between two looks at a subject by those who have seen all of it; of many, the more the longer. */
  readonly restMs: number
  readonly isNothing: (found: Found) => boolean
  /** The place from which there is more to be seen at once; `null`: not that anybody knows. */
  readonly behind: (found: Found) => string | null
}

interface UnderWay<Found> {
  readonly found: Promise<Found>
  isAsked: boolean
  sharers: number
}

/** Telling all of them takes time in which nothing else is done: it goes in turns, and others have most of it. */
const restPerSharerMs = 0.2
const toldInATurn = 64
const betweenTurnsMs = 4
const subjectsKept = 4_096
const placesBehindKept = 256

export function sharedLooks<Found>(options: SharedLooksOptions<Found>): SharedLooks<Found> {
  const { timers, restMs, isNothing, behind } = options
  const underWay = new Map<string, UnderWay<Found>>()
  const rested = new LRUCache<string, { readonly at: number; readonly ms: number }>({ max: subjectsKept })
  const placesBehind = new LRUCache<string, true>({ max: placesBehindKept })

  /** Always for a moment, in which all come who heard of the same. */
  function gather(subject: string, name: string): Promise<void> {
    const last = rested.get(subject)
    const isBehind = placesBehind.delete(name)
    const wait = last === undefined || isBehind ? 0 : last.at + last.ms - timers.now()
    // A clock that was set back makes nobody wait long.
    const ms = Math.max(0, Math.min(wait, last?.ms ?? 0))
    return pause(ms)
  }

  async function begin(subject: string, name: string, look: () => Promise<Found>): Promise<Found> {
    try {
      await gather(subject, name)
      const own = underWay.get(name)
      if (own !== undefined) own.isAsked = true
      rested.set(subject, { at: timers.now(), ms: restMs + restPerSharerMs * ((own?.sharers ?? 1) - 1) })
      const found = await look()
      const next = behind(found)
      if (next !== null) placesBehind.set(`${subject} ${next}`, true)
      return found
    } finally {
      underWay.delete(name)
    }
  }

  async function at(subject: string, place: string, look: () => Promise<Found>): Promise<Found> {
    const name = `${subject} ${place}`
    const others = underWay.get(name)
    if (others === undefined) {
      const found = begin(subject, name, look)
      underWay.set(name, { found, isAsked: false, sharers: 1 })
      return found
    }
    const { isAsked } = others
    const turn = Math.floor(others.sharers++ / toldInATurn)
    const found = await others.found
    if (isNothing(found)) return isAsked ? at(subject, place, look) : found
    if (turn > 0) await pause(turn * betweenTurnsMs)
    return found
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => timers.after(ms, resolve))
  }

  return { at }
}
