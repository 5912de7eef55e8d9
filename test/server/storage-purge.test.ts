/** What is deleted for good leaves the file, a little at a time, and after a crash too; its id stays taken. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { realTimers } from '@weft/server/clock'
import { openLog } from '@weft/server/log'
import { openMemory } from '@weft/server/storage/memory'
import { openSqlite } from '@weft/server/storage/sqlite'
import { DocumentExists, noQuotas, QuotaReached, type Storage } from '@weft/server/storage/storage'
import { startTrashPurge } from '@weft/server/trash-purge'
import { describe, expect, test } from 'vitest'
import { documentId, draft, entry, folded, range } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

const tables = [
  'updates',
  'arrivals',
  'changes',
  'snapshots',
  'kept_snapshots',
  'stars',
  'openings',
  'document_tags',
]

function rowsOf(folder: string, document: string): readonly number[] {
  const database = new DatabaseSync(join(folder, 'weft.sqlite'))
  const counts = tables.map((table) =>
    Number(
      database.prepare(`SELECT count(*) AS count FROM ${table} WHERE document = ?`).get(document)?.count,
    ),
  )
  counts.push(Number(database.prepare('SELECT count(*) AS count FROM snapshot_pieces').get()?.count))
  counts.push(Number(database.prepare('SELECT count(*) AS count FROM purges').get()?.count))
  database.close()
  return counts
}

/** With all that a document can have: history, kept snapshots in pieces, large and small entries. */
async function fill(storage: Storage, name: string): Promise<void> {
  const { id } = await storage.documents.create(
    draft({ id: documentId(name), tags: ['a'], first: entry('first') }),
  )
  const large = (bytes: number) => entry('', { update: crypto.getRandomValues(new Uint8Array(bytes)) })
  let head = 1
  for (const _ of range(6)) {
    head = await storage.updates.append(id, [
      large(60_000),
      large(60_000),
      ...range(70).map(() => entry('x')),
    ])
    head = await storage.updates.append(id, [entry('', { update: new Uint8Array(300_000) })])
    await storage.updates.fold(id, folded(new Uint8Array(700_000)), head)
  }
  await storage.updates.append(
    id,
    range(80).map((number) => entry(`${number}`)),
  )
  await storage.marks.star('guest:ann', id, 1)
  await storage.marks.noteOpenings([{ actor: 'guest:ann', document: id, at: 1 }])
}

test('nothing of it is left in any table, and other documents keep all of theirs', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  await fill(storage, 'stays')
  await fill(storage, 'goes')
  const before = await storage.updates.read(documentId('stays'), 0)
  await storage.documents.trash(documentId('goes'), 5)
  await storage.documents.purge([documentId('goes')], 9)
  expect(await storage.updates.read(documentId('stays'), 0)).toEqual(before)
  await storage.close()
  // What was begun before closing goes on at the next start.
  const again = await openSqlite({ folder: folder.path, timers: realTimers })
  for (const _ of range(5)) await again.probe()
  await again.close()
  const left = rowsOf(folder.path, 'goes')
  const pieces = left.at(-2) ?? 0
  expect(left.slice(0, -2)).toEqual(tables.map(() => 0))
  expect(left.at(-1)).toBe(0)
  expect(pieces).toBeGreaterThan(0)
  expect(
    rowsOf(folder.path, 'stays')
      .slice(0, 2)
      .some((count) => count > 0),
  ).toBe(true)
  const last = await openSqlite({ folder: folder.path, timers: realTimers })
  await expect(last.documents.create(draft({ id: documentId('goes') }))).rejects.toBeInstanceOf(
    DocumentExists,
  )
  expect(await last.updates.read(documentId('stays'), 0)).toEqual(before)
  await last.close()
})

test('what is in the trash for thirty days is deleted for good, within the hour, and nothing else', async () => {
  const timers = new VirtualTimers()
  const storage = openMemory()
  const day = 24 * 60 * 60 * 1_000
  const start = timers.now()
  const [old, young, alive] = await Promise.all(range(3).map(() => storage.documents.create(draft())))
  if (old === undefined || young === undefined || alive === undefined) throw new Error('nothing made')
  await storage.documents.trash(old.id, start)
  await storage.documents.trash(young.id, start + 2 * day)
  const stop = startTrashPurge({ storage, timers, log: openLog('silent') }, 30)
  const there = async (id: typeof old.id) => (await storage.documents.get(id)) !== null
  for (const hour of range(30 * 24)) {
    timers.advance(60 * 60 * 1_000)
    await until(() => timers.pending > 0, { what: `hour ${hour} is over` })
  }
  expect(await there(old.id)).toBe(true)
  timers.advance(2 * 60 * 60 * 1_000)
  await until(async () => !(await there(old.id)), { what: 'the old one is gone' })
  expect([await there(young.id), await there(alive.id)]).toEqual([true, true])
  await until(() => timers.pending > 0)
  stop()
  expect(timers.pending).toBe(0)
})

describe.each(['memory', 'SQLite'])('quotas: %s', (name) => {
  test('no document is made beyond them, and one that goes makes room', async () => {
    await using folder = await temporaryFolder()
    const quotas = { ...noQuotas, documents: 5, documentsPerActor: 3 }
    const open = () => openSqlite({ folder: folder.path, timers: realTimers, quotas })
    const storage = name === 'memory' ? openMemory({ quotas }) : await open()
    const make = (createdBy: string) => storage.documents.create(draft({ createdBy }))
    const made = await Promise.allSettled(range(6).map(() => make('guest:ann')))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const result of made)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(QuotaReached)
    const [ben] = [await make('guest:ben'), await make('guest:ben')]
    await expect(make('guest:cat')).rejects.toBeInstanceOf(QuotaReached)
    await storage.documents.trash(ben.id, 5)
    await expect(make('guest:cat')).rejects.toBeInstanceOf(QuotaReached)
    await storage.documents.purge([ben.id], 9)
    expect(await make('guest:cat')).toMatchObject({ createdBy: 'guest:cat' })
    await expect(make('guest:cat')).rejects.toBeInstanceOf(QuotaReached)
    await storage.close()
  })

  test('of bytes end creating, not writing', async () => {
    await using folder = await temporaryFolder()
    const quotas = { ...noQuotas, bytes: 2_000_000 }
    const storage =
      name === 'memory'
        ? openMemory({ quotas })
        : await openSqlite({ folder: folder.path, timers: realTimers, quotas })
    const { id } = await storage.documents.create(draft())
    const large = entry('', { update: new Uint8Array(2_100_000) })
    await storage.updates.append(id, [large])
    await expect(storage.documents.create(draft())).rejects.toBeInstanceOf(QuotaReached)
    expect(await storage.updates.append(id, [entry('more')])).toBe(2)
    await storage.close()
  })
})
