/** The open connections that follow something: bounded, and ended together. */
import { limits } from '@weft/protocol'
import { anonymous } from '../access.ts'
import { countedAddress } from '../addresses.ts'
import { places, type Release, takeAll } from '../places.ts'
import type { Asking } from '../rates.ts'

export interface Streams {
  readonly open: number
  /** `null`: there are too many. `end` is called when the server ends; the place is given back by the caller. */
  take(who: Asking, end: () => void): Release | null
  endAll(): void
}

export function createStreams(): Streams {
  const ofAddresses = places(limits.eventStreams, limits.eventStreamsPerAddress)
  const ofActors = places(limits.eventStreams, limits.eventStreamsPerActor)
  const ends = new Set<() => void>()

  return {
    get open() {
      return ends.size
    },
    take({ actor, address }, end) {
      const release = takeAll([
        [ofAddresses, countedAddress(address)],
        [ofActors, actor.id === anonymous.id ? null : actor.id],
      ])
      if (release === null) return null
      ends.add(end)
      return () => {
        ends.delete(end)
        release()
      }
    },
    endAll() {
      for (const end of [...ends]) end()
    },
  }
}
