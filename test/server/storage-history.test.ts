import { contentOf, foldUpdates } from '@weft/document'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import { draft } from '../contract/adapter.ts'
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
