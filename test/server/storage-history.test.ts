import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { contentOf, foldUpdates } from '@weft/document'
import { limits } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { draft, entry, folded, range } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

it('The past of a document with many small entries is read from a few thousand of them at most', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  const doc = new Y.Doc()
  const text = doc.getText('content')
  const turn: { update: Uint8Array; actor: string; at: number }[] = []
  doc.on('update', (update: Uint8Array) => turn.push({ update, actor: 'guest:ann', at: 1 }))
  for (let edit = 1; edit <= 15_000; edit++) {
    text.insert((edit * 7) % (text.length + 1), 'x')
    if (edit % 5 === 0) text.delete((edit * 3) % (text.length - 3), 3)
    if (edit % 1_500 !== 0) continue
    const head = await storage.updates.append(id, turn.splice(0))
    await storage.updates.fold(
      id,
      { update: foldUpdates([Y.encodeStateAsUpdate(doc)]), owners: new Map() },
      head,
    )
  }
  const { revision } = (await storage.documents.get(id)) ?? { revision: 0 }
  for (let position = 500; position < revision; position += 1_700) {
    const { updates } = await storage.history.read(id, position)
    expect(updates.length).toBeLessThan(8_000)
    expect(contentOf(updates)).toMatch(/^x*$/)
  }
  await storage.close()
})

it('The past of a document with large entries takes no more space than it may', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  const update = new Uint8Array(4 * 1024 * 1024)
  for (const number of range(18, 1)) {
    await storage.updates.append(id, [entry('', { update })])
    await storage.updates.fold(id, folded(`as of ${number}`), number)
  }
  expect((await storage.history.read(id, 17)).head).toBe(17)
  await storage.close()
  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
  const row = database.prepare('SELECT sum(length(bytes)) AS bytes FROM updates').get()
  database.close()
  expect(Number(row?.bytes)).toBeGreaterThan(limits.historyBytes / 2)
  expect(Number(row?.bytes)).toBeLessThanOrEqual(limits.historyBytes + update.length)
})
