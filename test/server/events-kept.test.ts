/** The events of the server are bounded, whatever they tell of. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { limits } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { tellChangesInTime } from '@weft/server/following/change-events'
import { openNewsDesk } from '@weft/server/following/news'
import { openSqlite } from '@weft/server/storage/sqlite'
import { watchedStorage } from '@weft/server/watched-storage'
import { expect, it } from 'vitest'
import { draft } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

it('events of a server on which nobody writes in documents are bounded too', async () => {
  await using folder = await temporaryFolder()
  const desk = openNewsDesk()
  const before = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await before.documents.create(draft())
  await before.close()
  const surplus = 1_700
  fill(join(folder.path, 'weft.sqlite'), id, limits.eventsKept + surplus)

  const real = await openSqlite({ folder: folder.path, timers: realTimers })
  const storage = watchedStorage(real, desk.note)
  const timers = new VirtualTimers()
  const onFailure = (error: unknown) => expect.unreachable(String(error))
  const stop = tellChangesInTime({ events: storage.events, desk, timers, onFailure })
  await storage.documents.update(id, { title: 'New' }, 1)
  const isWholeFrom = async (after: number) =>
    (await storage.events.read({ after, document: null, limit: 1 })).isWhole
  await until(async () => {
    timers.advance(limits.changedEventMs)
    return !(await isWholeFrom(surplus))
  })
  expect(await isWholeFrom(surplus + 2)).toBe(true)
  stop()
  await storage.close()
})

/** Besides the one that is there. */
function fill(file: string, document: string, count: number): void {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA synchronous = OFF; BEGIN')
  database
    .prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n <= ${count})
       INSERT INTO events (sequence, type, document, at, actor, revision, title, language)
       SELECT n, 'renamed', ?, 1, NULL, 0, 'Title', NULL FROM numbers`,
    )
    .run(document)
  database.exec(`UPDATE event_ends SET last = ${count + 1}; COMMIT`)
  database.close()
}
