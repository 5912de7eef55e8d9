/**
 * A broken Weft: the real server on real storage, but for a log that answers before it has written. The kill loop
 * must find it out; if it did not, it would prove nothing about the right one.
 */
import { localBus } from '@weft/server/bus/local'
import { realTimers } from '@weft/server/clock'
import { readConfig } from '@weft/server/config'
import { startDocumentWorker } from '@weft/server/documents-in-worker'
import { freshGuestKey } from '@weft/server/identity'
import { openLog } from '@weft/server/log'
import { openSearch } from '@weft/server/search/sqlite-search'
import { startServer } from '@weft/server/server'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { LogPosition, UpdateLog } from '@weft/sync'

/** As long as a debounced store would wait, or less. */
const writesLateByMs = 100

function eager(log: UpdateLog): UpdateLog {
  const heads = new Map<string, Promise<LogPosition>>()
  return {
    read: log.read,
    fold: log.fold,
    append(document, entries) {
      const before = heads.get(document) ?? log.read(document, 0).then(({ head }) => head)
      const position = before.then((head) => head + entries.length)
      heads.set(document, position)
      realTimers.after(writesLateByMs, () => void log.append(document, entries))
      return position
    },
  }
}

const outcome = readConfig(process.argv.slice(2), {})
if (outcome.type !== 'config') throw new Error('not configured')
const { config } = outcome
const storage = await openSqlite({ folder: config.data, timers: realTimers })
const { url } = await startServer(
  {
    storage: { ...storage, updates: eager(storage.updates) },
    search: await openSearch(':memory:'),
    worker: startDocumentWorker({ timers: realTimers }),
    bus: localBus(),
    timers: realTimers,
    log: openLog('error'),
    guestKey: freshGuestKey(),
    webFolder: config.data,
  },
  config,
)
console.log(`  Address   ${url}\n  Try       curl ${url}`)
