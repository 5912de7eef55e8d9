/** Many deliveries that wait, as when receivers are away: who writes meanwhile must not wait for them. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { contentUpdate } from '@weft/document'
import { limits } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { expect, it } from 'vitest'
import { draft, entry, range } from '../contract/adapter.ts'
import { webhook } from '../contract/webhooks.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const webhooks = 10
const backlog = limits.webhookWaiting - 100

it('an event is queued for webhooks of which much waits without a long commit', async () => {
  await using folder = await temporaryFolder()
  const open = () => openSqlite({ folder: folder.path, timers: realTimers })
  const before = await open()
  for (const _ of range(webhooks)) await before.webhooks.create(webhook())
  const { id } = await before.documents.create(draft())
  await before.webhooks.enqueue(1)
  await before.close()
  fill(join(folder.path, 'weft.sqlite'), id)

  const storage = await open()
  const times: number[] = []
  for (const turn of range(6)) {
    await storage.updates.append(id, [entry('x', { update: contentUpdate('x') })])
    await storage.events.tellChanges(turn)
    await storage.documents.update(id, { title: `Title ${turn}` }, turn)
    const start = performance.now()
    expect(await storage.webhooks.enqueue(turn)).toEqual({ left: false })
    times.push(performance.now() - start)
  }
  // Each ends with a commit, which takes as long as the disk does, so the best one is looked at.
  expect(Math.min(...times)).toBeLessThan(50)
  await storage.close()
})

/** Each webhook has so many that were tried and wait, all of that document. */
function fill(file: string, document: string): void {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA synchronous = OFF; BEGIN')
  database
    .prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${backlog})
       INSERT INTO deliveries
         (number, id, webhook, event, document, payload, created_at, state, attempts, next_at)
       SELECT 1000 * 1000 + n * 100 + webhooks.rank, webhooks.id || '-x' || n, webhooks.id, 'document.renamed', ?,
         '{"data":{}}', 1, 'waiting', 1, 9e12
       FROM numbers JOIN (SELECT id, row_number() OVER () AS rank FROM webhooks) AS webhooks`,
    )
    .run(document)
  database.exec('COMMIT')
  database.close()
}
