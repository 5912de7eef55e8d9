/** The server, started on what a power cut has left. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { cutPower, type Recording } from '../support/power-cut.ts'
import type { Random } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { missing, type Receipted } from '../support/typists.ts'
import { weft } from '../support/weft.ts'

export interface AfterCut {
  /** How many edits were receipted before. */
  readonly receipted: number
  readonly lost: readonly Receipted[]
  /** What SQLite says of the file: `ok`. */
  readonly integrity: unknown
}

/** `at`: when the power fails, in milliseconds since 1970; `Infinity`: after all that was recorded. */
export async function afterCut(
  recording: Recording,
  receipts: readonly Receipted[],
  at: number,
  dice: Random,
): Promise<AfterCut> {
  await using disk = await temporaryFolder()
  await cutPower(recording, at, dice, disk.path)
  // A receipt of this millisecond may be younger than the cut.
  const receipted = receipts.filter((receipt) => receipt.at + 1 <= at)
  const server = await weft({ folder: disk.path })
  const lost = await missing(receipted, async (document) => {
    const { status, text } = await server.ask('GET', `/documents/${document}/content`)
    if (status !== 200) throw new Error(`no content: ${text}`)
    return text
  })
  await server.close()
  const database = new DatabaseSync(join(disk.path, 'weft.sqlite'))
  const integrity = database.prepare('PRAGMA integrity_check').get()?.integrity_check
  database.close()
  return { receipted: receipted.length, lost, integrity }
}
