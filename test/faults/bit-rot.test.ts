/** Bits that rot in a document are noticed by whoever opens it, and by nobody else. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { closeCodes, type DocumentId, type Problem, parseDocumentId } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { expect, test } from 'vitest'
import { figure, note, timeLimit } from '../support/lane.ts'
import { type Random, random } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { weft } from '../support/weft.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

const flips = figure({ short: 200, long: 5_000 })
const sound = 20
const seed = 1

const content = (index: number) => `Document ${index} holds these words.`

/** Of each three one is folded, one is a row of the log, and one has such a row that came just before the crash. */
async function fill(folder: string, count: number): Promise<readonly DocumentId[]> {
  await using before = await temporaryFolder()
  const storage = await openSqlite({ folder: before.path, timers: realTimers })
  const ids = Array.from({ length: count }, (_, index) => {
    const id = parseDocumentId(`document-${index}`)
    if (id === null) throw new RangeError('bad id')
    return id
  })
  await Promise.all(
    ids.map(async (id, index) => {
      const update = updateOf(index + 1, content(index))
      const first = { update, actor: 'guest:ann', at: 1 }
      const draft = {
        id,
        title: id,
        kind: 'text',
        language: null,
        lineage: id,
        createdBy: 'guest:ann',
        createdAt: 1,
      } as const
      await storage.documents.create({ ...draft, first: index % 3 === 2 ? null : first })
      if (index % 3 === 0)
        await storage.updates.fold(id, { update, owners: new Map([[index + 1, 'guest:ann']]) }, 1)
      if (index % 3 === 2) await storage.updates.append(id, [first])
    }),
  )
  // What a crash leaves: nothing was put in order.
  await cp(before.path, folder, { recursive: true })
  await storage.close()
  return ids
}

/** One to three bits of what is stored of it. Returns where that was. */
function rot(database: DatabaseSync, id: string, dice: Random): string | undefined {
  const holds = (table: string) =>
    database.prepare(`SELECT 1 FROM ${table} WHERE document = ?`).get(id) !== undefined
  const table = ['snapshots', 'updates', 'arrivals'].find(holds)
  const bytes = Uint8Array.from(
    database.prepare(`SELECT bytes FROM ${table} WHERE document = ?`).get(id)?.bytes as Uint8Array,
  )
  const bits = new Set(Array.from({ length: 1 + dice.below(3) }, () => dice.below(bytes.length * 8)))
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  database.prepare(`UPDATE ${table} SET bytes = ? WHERE document = ?`).run(bytes, id)
  return table
}

test(`of ${flips} rotten documents each is refused by name, and ${sound} others are served (seed ${seed})`, {
  timeout: timeLimit(120_000),
}, async () => {
  const dice = random(seed)
  await using folder = await temporaryFolder()
  const ids = await fill(folder.path, flips + sound)
  const rotten = ids.slice(0, flips)
  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
  database.exec('BEGIN')
  const places = new Set(rotten.map((id) => rot(database, id, dice)))
  database.exec('COMMIT')
  database.close()
  expect(places).toEqual(new Set(['snapshots', 'updates', 'arrivals']))

  await using server = await weft({ folder: folder.path })
  for (const id of rotten) {
    const { status, json } = await server.ask('GET', `/documents/${id}/content`)
    expect([id, status, (json as Problem).code]).toEqual([id, 500, 'document-damaged'])
  }
  // Side by side: a refusal that is final is told after some seconds.
  const clients = rotten.slice(0, 20).map((id) => wireClient(server.port, id))
  for (const client of clients) {
    expect(await client.closeCode()).toBe(closeCodes['document-damaged'])
    expect(client.received.filter(({ type }) => type !== 'presence')).toEqual([])
  }
  for (const [index, id] of ids.entries()) {
    if (index < flips) continue
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe(content(index))
    const client = wireClient(server.port, id)
    await until(() => client.text.toString() === content(index))
    client.close()
  }
  note('bit rot', { documents: flips, noticed: flips, 'others served': sound })
})
