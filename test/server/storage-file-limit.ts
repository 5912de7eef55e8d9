/**
 * A program that meets a real I/O error: run it under `ulimit -f`, so that a large append cannot be written. Prints
 * what happened, as JSON.
 */

import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { StorageFailure } from '@weft/sync'
import { documentId, draft, entry, range, texts } from '../contract/adapter.ts'

const storage = await openSqlite({ folder: process.argv[2] ?? '', timers: realTimers })
const { id } = await storage.documents.create(draft({ id: documentId('document') }))

async function append(update: Uint8Array): Promise<string> {
  return storage.updates.append(id, [entry('', { update })]).then(
    (position) => `stored at ${position}`,
    (error: unknown) => (error instanceof StorageFailure ? `failed, full: ${error.full}` : `${error}`),
  )
}

const before = await append(entry('small').update)
const [large, beside] = await Promise.all([
  append(new Uint8Array(32 * 1024 * 1024)),
  append(entry('beside').update),
])
// Nothing is in the way of these any more.
const after: string[] = []
for (const number of range(3)) after.push(await append(entry(`after ${number}`).update))
const probe = await storage.probe().then(
  () => 'stored',
  () => 'failed',
)
const told = await Promise.race([storage.failed.then(({ name }) => name), storage.documents.get(id)])
const { updates } = await storage.updates.read(id, 0)
const title = (await storage.documents.get(id))?.title
console.log(
  JSON.stringify({ before, large, beside, after, probe, told, read: texts(updates), title: typeof title }),
)
await storage.close()
