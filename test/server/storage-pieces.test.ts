/** Large snapshots are written in pieces: others do not wait for them, and no crash leaves half of one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { DocumentDamaged } from '@weft/sync'
import { expect, test } from 'vitest'
import { documentId, draft, entry, folded, range } from '../contract/adapter.ts'
import { random } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const writer = fileURLToPath(new URL('./fold-writer.ts', import.meta.url))
const MiB = 1024 * 1024

function opened<T>(folder: string, look: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(folder, 'weft.sqlite'))
  try {
    return look(database)
  } finally {
    database.close()
  }
}

/** Sets of pieces, and those of them that are loose. */
function sets(folder: string) {
  return opened(folder, (database) => {
    const of = (query: string) =>
      database
        .prepare(query)
        .all()
        .map(({ pieces }) => String(pieces))
    return {
      stored: of('SELECT DISTINCT pieces FROM snapshot_pieces ORDER BY pieces'),
      loose: of('SELECT pieces FROM loose_pieces ORDER BY pieces'),
      used: of('SELECT pieces FROM snapshots WHERE pieces IS NOT NULL ORDER BY pieces'),
    }
  })
}

/** `toEqual` would take seconds to compare megabytes. */
function isSame(some: Uint8Array | undefined, others: Uint8Array): boolean {
  return some !== undefined && Buffer.compare(some, others) === 0
}

async function written(folder: string): Promise<number> {
  const sizes = ['weft.sqlite', 'weft.sqlite-wal'].map((name) => stat(join(folder, name)))
  return (await Promise.all(sizes)).reduce((total, { size }) => total + size, 0)
}

test('other documents are written while a large one is folded', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const [large, small] = [documentId('large'), documentId('small')]
  await Promise.all([large, small].map((id) => storage.documents.create(draft({ id }))))
  await storage.updates.append(large, [entry('x')])
  let isFolding = true
  const fold = storage.updates.fold(large, folded(new Uint8Array(24 * MiB).fill(7)), 1).then(() => {
    isFolding = false
  })
  let meanwhile = 0
  while (isFolding) {
    await storage.updates.append(small, [entry('y')])
    if (isFolding) meanwhile++
  }
  await fold
  // In one piece, it would be answered with the first or before it.
  expect(meanwhile).toBeGreaterThan(10)
  const { updates } = await storage.updates.read(large, 0)
  expect(isSame(updates[0], new Uint8Array(24 * MiB).fill(7))).toBe(true)
  await storage.close()
})

test('a process killed in the middle of a fold leaves the document as it was, and nothing else for long', async () => {
  await using folder = await temporaryFolder()
  const id = documentId('large')
  let interrupted = 0
  for (const round of range(4)) {
    const child = spawn(process.execPath, [writer, folder.path, '32'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = once(child, 'close')
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    const count = (what: string) => output.split('\n').filter((line) => line.startsWith(what)).length
    await until(() => count('ended') >= 1 && count('begins') > count('ended'), { withinMs: 60_000 })
    const before = await written(folder.path)
    // The file does not grow where pieces were taken away before.
    const ended = count('ended')
    await until(
      async () => (await written(folder.path)) > before + (round + 1) * MiB || count('ended') > ended,
    )
    child.kill('SIGKILL')
    await closed

    const left = sets(folder.path)
    // The last piece of a loose set goes a commit before its name may.
    expect(left.stored).toEqual(expect.arrayContaining(left.used))
    expect([...left.used, ...left.loose]).toEqual(expect.arrayContaining(left.stored))
    if (left.loose.length > 0) interrupted++
    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    const { updates, head } = await storage.updates.read(id, 0)
    const [snapshot = new Uint8Array()] = updates
    const entries = updates.length - 1
    const [, lastEnded] = [...output.matchAll(/ended (\d+)\n/g)].at(-1) ?? []
    expect(head - entries).toBeGreaterThanOrEqual(Number(lastEnded))
    expect(isSame(snapshot, new Uint8Array(32 * MiB + 1).fill(head - entries))).toBe(true)
    await storage.close()
    expect(sets(folder.path)).toEqual({ stored: left.used, loose: [], used: left.used })
  }
  expect(interrupted).toBeGreaterThan(0)
}, 120_000)

test('pieces that a later snapshot replaces are taken away, larger or smaller', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  const sizes = [3 * MiB, 300_000, 0, 256 * 1024, 256 * 1024 + 1, 5 * MiB, 12]
  for (const [index, size] of sizes.entries()) {
    await storage.updates.append(id, [entry('x')])
    const bytes = new Uint8Array(size).fill(index)
    await storage.updates.fold(id, folded(bytes), index + 1)
    expect(isSame((await storage.updates.read(id, 0)).updates[0], bytes)).toBe(true)
  }
  await storage.close()
  expect(sets(folder.path)).toEqual({ stored: [], loose: [], used: [] })
})

test('a fold of a document that went to the trash meanwhile leaves nothing', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  await storage.updates.append(id, [entry('x')])
  const fold = storage.updates.fold(id, folded(new Uint8Array(4 * MiB)), 1)
  const trashed = storage.documents.trash(id, 5)
  await expect(fold).rejects.toThrow('in the trash')
  await trashed
  await storage.close()
  expect(sets(folder.path)).toEqual({ stored: [], loose: [], used: [] })
})

const seed = 1

test(`pieces that rot, change places or are lost are noticed (seed ${seed})`, async () => {
  await using folder = await temporaryFolder()
  const dice = random(seed)
  const ids = range(40).map((number) => documentId(`large-${number}`))
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  for (const [index, id] of ids.entries()) {
    await storage.documents.create(draft({ id }))
    await storage.updates.append(id, [entry('x')])
    const bytes = Uint8Array.from({ length: 600_000 }, (_, at) => Math.imul(at + index, 0x9e3779b1) >>> 24)
    await storage.updates.fold(id, folded(bytes), 1)
  }
  await storage.close()
  opened(folder.path, (database) => {
    const piece = database.prepare('SELECT bytes FROM snapshot_pieces WHERE pieces = ? AND number = ?')
    const change = database.prepare('UPDATE snapshot_pieces SET bytes = ? WHERE pieces = ? AND number = ?')
    const lose = database.prepare('DELETE FROM snapshot_pieces WHERE pieces = ? AND number = ?')
    const swap = database.prepare('UPDATE snapshot_pieces SET number = 3 - number WHERE pieces = ?')
    const of = database.prepare('SELECT pieces FROM snapshots WHERE document = ?')
    for (const [index, id] of ids.slice(0, 30).entries()) {
      const pieces = String(of.get(id)?.pieces)
      const number = dice.below(2)
      if (index % 3 === 0) lose.run(pieces, number)
      else if (index % 3 === 1) swap.run(pieces)
      else {
        const bytes = Uint8Array.from(piece.get(pieces, number)?.bytes as Uint8Array)
        const at = dice.below(bytes.length)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8))
        change.run(bytes, pieces, number)
      }
    }
  })
  const reopened = await openSqlite({ folder: folder.path, timers: realTimers })
  const results = await Promise.allSettled(ids.map((id) => reopened.updates.read(id, 0)))
  for (const [index, result] of results.entries()) {
    if (index < 30) expect(result.status === 'rejected' && result.reason).toBeInstanceOf(DocumentDamaged)
    else expect(result.status).toBe('fulfilled')
  }
  await reopened.close()
})
