import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { contentUpdate } from '@weft/document'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { baseOf, DocumentDamaged } from '@weft/sync'
import { expect, test } from 'vitest'
import { draft, entry } from '../contract/adapter.ts'
import { random } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const seed = 1

test(`a snapshot whose index rots, or is taken away, is refused as damaged (seed ${seed})`, async () => {
  await using folder = await temporaryFolder()
  const seeded = random(seed)
  const update = contentUpdate('what was folded')
  const { index } = baseOf(update, 'markdown')
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  await storage.updates.append(id, [entry('', { update })])
  await storage.updates.fold(id, { update, index, owners: new Map() }, 1)
  expect((await storage.updates.read(id, 0)).index).toEqual(index)
  await storage.close()

  const change = (bytes: Uint8Array | null) => {
    const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
    database.prepare('UPDATE snapshots SET index_bytes = ?').run(bytes)
    database.close()
  }
  const rotten = Array.from({ length: index.length }, (_, at) => {
    const bytes = index.slice()
    bytes[at] = (bytes[at] ?? 0) ^ (1 << seeded.below(8))
    return bytes
  })
  for (const bytes of [...rotten, index.subarray(1), new Uint8Array(), null]) {
    change(bytes)
    const reopened = await openSqlite({ folder: folder.path, timers: realTimers })
    await expect(reopened.updates.read(id, 0)).rejects.toBeInstanceOf(DocumentDamaged)
    await reopened.close()
  }
  change(index)
  const healed = await openSqlite({ folder: folder.path, timers: realTimers })
  expect((await healed.updates.read(id, 0)).index).toEqual(index)
  await healed.close()
})
