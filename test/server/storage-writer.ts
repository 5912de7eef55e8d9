/**
 * A program that writes until it is killed: `node storage-writer.ts <folder> <documents> [appends each]`.
 * Prints one line for each append that resolved: document, position and what was appended. Folds now and then.
 */
import { randomBytes } from 'node:crypto'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { documentId, draft, entry, folded, range, texts } from '../contract/adapter.ts'

const [, , folder = '', documents = '1', appends = 'Infinity'] = process.argv
const storage = await openSqlite({ folder, timers: realTimers })

/** What the log holds, one text per position, however much of it is folded. */
async function stored(id: ReturnType<typeof documentId>): Promise<string[]> {
  const { updates } = await storage.updates.read(id, 0)
  return texts(updates).flatMap((text) => text.split('\n'))
}

async function write(number: number): Promise<void> {
  const id = documentId(`crash-${number}`)
  if ((await storage.documents.get(id)) === null) await storage.documents.create(draft({ id }))
  const lines = await stored(id)
  for (let count = 0; count < Number(appends); count++) {
    const text = randomBytes(20).toString('hex')
    const position = await storage.updates.append(id, [entry(text)])
    // Written at once, waiting for a slow reader: what is printed before a kill has left this process.
    process.stdout.write(`${id} ${position} ${text}\n`)
    lines[position - 1] = text
    if (position % 40 === 0) await storage.updates.fold(id, folded(lines.join('\n')), position)
  }
}

await Promise.all(range(Number(documents)).map(write))
await storage.close()
