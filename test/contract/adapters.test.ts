/** Every adapter runs every suite of its port. A new adapter adds only how to open it. */
import { localBus } from '@weft/server/bus/local'
import { realTimers } from '@weft/server/clock'
import { openMemory } from '@weft/server/storage/memory'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { Timers } from '@weft/sync'
import { random, seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import type { Adapter } from './adapter.ts'
import { answersSuite } from './answers.ts'
import { attachmentSuite } from './attachments.ts'
import { busSuite } from './bus.ts'
import { documentStoreSuite } from './document-store.ts'
import { eventsSuite } from './events.ts'
import { foldersSuite } from './folders.ts'
import { historySuite } from './history.ts'
import { importSuite } from './imports.ts'
import { organisingSuite } from './organising.ts'
import { storageSuite } from './storage.ts'
import { updateLogSuite } from './update-log.ts'
import { webhooksSuite } from './webhooks.ts'

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

for (const adapter of [evenMemory, ...seeds(5).map(unevenMemory), sqlite]) {
  updateLogSuite(adapter)
  historySuite(adapter)
  documentStoreSuite(adapter)
  eventsSuite(adapter)
  webhooksSuite(adapter)
  foldersSuite(adapter)
  organisingSuite(adapter)
  attachmentSuite(adapter)
  importSuite(adapter)
  storageSuite(adapter)
  answersSuite(adapter)
}

busSuite('local', localBus)
