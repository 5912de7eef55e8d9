/**
 * A program that folds until it is killed: `node fold-writer.ts <folder> <mebibytes>`. Its document says how often it
 * was folded: the entry that is folded is that number, and so is every byte of the snapshot.
 * Prints a line for each fold when it begins, and one when it has ended.
 */
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { documentId, draft, entry, folded } from '../contract/adapter.ts'

const [, , folder = '', mebibytes = '1'] = process.argv
const storage = await openSqlite({ folder, timers: realTimers })
const id = documentId('large')
if ((await storage.documents.get(id)) === null) await storage.documents.create(draft({ id }))
for (;;) {
  const position = await storage.updates.append(id, [entry('', { update: new Uint8Array(1) })])
  const snapshot = new Uint8Array(Number(mebibytes) * 1024 * 1024 + 1).fill(position)
  process.stdout.write(`begins ${position}\n`)
  await storage.updates.fold(id, folded(snapshot), position)
  process.stdout.write(`ended ${position}\n`)
}
