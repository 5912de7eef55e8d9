/**
 * How often somebody may change something. Who has a name is counted by it, and everybody by their address, because
 * a guest's name costs nothing. Loopback is not counted: see addresses.ts.
 */
import { type Actor, limits } from '@weft/protocol'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { anonymous } from './access.ts'
import { countedAddress } from './addresses.ts'
import type { Bounds } from './bounds.ts'

export interface Asking {
  readonly actor: Actor
  readonly address: string
}

/** Counts one act. Resolves with the seconds to wait before the next try; 0: go on. */
export type Rate = (who: Asking) => Promise<number>

export interface Rates {
  readonly write: Rate
  /** Of a document. */
  readonly create: Rate
  /** Of an import, whatever is in it. */
  readonly import: Rate
}

export function createRates(bounds: Pick<Bounds, 'writesPerMinute' | 'createsPerHour'>): Rates {
  return {
    write: rate(bounds.writesPerMinute, 60),
    create: rate(bounds.createsPerHour, 60 * 60),
    import: rate(bounds.createsPerHour === 0 ? 0 : limits.importsPerHour, 60 * 60),
  }
}

function rate(perActor: number, seconds: number): Rate {
  if (perActor === 0) return async () => 0
  const actors = new RateLimiterMemory({ points: perActor, duration: seconds })
  const addresses = new RateLimiterMemory({ points: perActor * limits.actorsPerAddress, duration: seconds })
  return async ({ actor, address }) => {
    const wait = actor.id === anonymous.id ? 0 : await count(actors, actor.id)
    if (wait > 0) return wait
    const key = countedAddress(address)
    return key === null ? 0 : count(addresses, key)
  }
}

async function count(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    await limiter.consume(key)
    return 0
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    return Math.max(1, Math.ceil(refused.msBeforeNext / 1_000))
  }
}
