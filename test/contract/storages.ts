/** The storages that run every suite. A new adapter adds only how to open it. */
import { realTimers } from '@weft/server/clock'
import { openMemory } from '@weft/server/storage/memory'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { Timers } from '@weft/sync'
import { random, seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import type { Adapter } from './adapter.ts'

const evenMemory: Adapter = {
  name: 'memory',
  async open() {
    const storage = openMemory()
    return { storage, discard: () => storage.close() }
  },
}

function unevenMemory(seed: number): Adapter {
  return {
    name: `memory, unevenly slow, seed ${seed}`,
    async open() {
      const storage = openMemory({ unevenness: random(seed), timers: impatientTimers() })
      return { storage, discard: () => storage.close() }
    },
  }
}

/** Time that goes on as soon as nothing else does: delays keep their order and cost the test nothing. */
function impatientTimers(): Pick<Timers, 'after'> {
  const timers = new VirtualTimers()
  const goOn = () => {
    timers.step(Number.POSITIVE_INFINITY)
    if (timers.pending > 0) setImmediate(goOn)
  }
  return {
    after(ms, task) {
      if (timers.pending === 0) setImmediate(goOn)
      return timers.after(ms, task)
    },
  }
}

const sqlite: Adapter = {
  name: 'SQLite',
  async open() {
    const folder = await temporaryFolder()
    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    return {
      storage,
      async discard() {
        await storage.close()
        await folder[Symbol.asyncDispose]()
      },
    }
  },
}

export const storages: readonly Adapter[] = [evenMemory, ...seeds(5).map(unevenMemory), sqlite]
