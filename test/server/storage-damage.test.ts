/** Bits that rot in the database file are noticed, and take no other document with them. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { DocumentDamaged } from '@weft/sync'
import { expect, test } from 'vitest'
import { documentId, draft, entry, folded, range, texts } from '../contract/adapter.ts'
import { type Random, random, seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Each document has a snapshot of its entries 1 and 2, and the entries 3 to 6. */
async function fill(folder: string, documents: readonly DocumentId[]): Promise<void> {
  const storage = await openSqlite({ folder, timers: realTimers })
  await Promise.all(
    documents.map(async (id) => {
      await storage.documents.create(draft({ id }))
      await storage.updates.append(
        id,
        range(6, 1).map((position) => entry(`${id} holds ${position}`)),
      )
      await storage.updates.fold(id, folded(`${id} holds the snapshot`), 2)
    }),
  )
  await storage.close()
}

function flipBits(bytes: Uint8Array, { below }: Random): void {
  const bits = new Set(range(1 + below(3)).map(() => below(bytes.length * 8)))
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
}

const rot = {
  'the bytes of an entry': (database: DatabaseSync, id: DocumentId, random: Random) => {
    const position = 3 + random.below(4)
    const row = database
      .prepare('SELECT bytes FROM updates WHERE document = ? AND position = ?')
      .get(id, position)
    const bytes = Uint8Array.from(row?.bytes as Uint8Array)
    flipBits(bytes, random)
    database
      .prepare('UPDATE updates SET bytes = ? WHERE document = ? AND position = ?')
      .run(bytes, id, position)
  },
  'the bytes of a snapshot': (database: DatabaseSync, id: DocumentId, random: Random) => {
    const row = database.prepare('SELECT bytes FROM snapshots WHERE document = ?').get(id)
    const bytes = Uint8Array.from(row?.bytes as Uint8Array)
    flipBits(bytes, random)
    database.prepare('UPDATE snapshots SET bytes = ? WHERE document = ?').run(bytes, id)
  },
  'a checksum': (database: DatabaseSync, id: DocumentId) =>
    database
      .prepare('UPDATE updates SET checksum = checksum + 1 WHERE document = ? AND position = 4')
      .run(id),
  'the actor of an entry': (database: DatabaseSync, id: DocumentId) =>
    database.prepare("UPDATE updates SET actor = 'guest:anm' WHERE document = ? AND position = 5").run(id),
  'the time of an entry': (database: DatabaseSync, id: DocumentId) =>
    database.prepare('UPDATE updates SET at = at + 64 WHERE document = ? AND position = 5').run(id),
  'the last entry is lost': (database: DatabaseSync, id: DocumentId) =>
    database.prepare('DELETE FROM updates WHERE document = ? AND position = 6').run(id),
  'an entry in the middle is lost': (database: DatabaseSync, id: DocumentId) =>
    database.prepare('DELETE FROM updates WHERE document = ? AND position = 4').run(id),
  'the snapshot is lost': (database: DatabaseSync, id: DocumentId) =>
    database.prepare('DELETE FROM snapshots WHERE document = ?').run(id),
  'the place of the snapshot': (database: DatabaseSync, id: DocumentId) =>
    database.prepare('UPDATE snapshots SET position = 3 WHERE document = ?').run(id),
  'two entries change places': (database: DatabaseSync, id: DocumentId) => {
    const move = database.prepare('UPDATE updates SET position = ? WHERE document = ? AND position = ?')
    for (const [from, to] of [
      [3, 9],
      [4, 3],
      [9, 4],
    ] as const)
      move.run(to, id, from)
  },
  'the head of the document': (database: DatabaseSync, id: DocumentId, { pick }: Random) =>
    database.prepare('UPDATE documents SET head = ? WHERE id = ?').run(pick([4, 7, 22]), id),
}

for (const seed of seeds(1)) {
  test(`of 220 flips in rows and snapshots each is noticed, and only its document is refused, seed ${seed}`, async () => {
    const seeded = random(seed)
    await using folder = await temporaryFolder()
    const kinds = Object.entries(rot)
    const damaged = range(220).map((number) => ({
      id: documentId(`damaged-${number}`),
      rotten: kinds[number % kinds.length],
    }))
    const sound = range(40).map((number) => documentId(`sound-${number}`))
    await fill(folder.path, [...damaged.map(({ id }) => id), ...sound])

    const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
    database.exec('BEGIN')
    for (const { id, rotten } of damaged) rotten?.[1](database, id, seeded)
    database.exec('COMMIT')
    database.close()

    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    const [bad, good] = await Promise.all([
      Promise.allSettled(damaged.map(({ id }) => storage.updates.read(id, 0))),
      Promise.all(sound.map((id) => storage.updates.read(id, 0))),
    ])
    for (const [index, result] of bad.entries()) {
      const what = `${damaged[index]?.rotten?.[0]}`
      expect(result.status === 'rejected' && result.reason, what).toBeInstanceOf(DocumentDamaged)
    }
    for (const [index, { updates }] of good.entries())
      expect(texts(updates)).toEqual([
        `${sound[index]} holds the snapshot`,
        ...range(4, 3).map((position) => `${sound[index]} holds ${position}`),
      ])
    await storage.close()
  })

  test(`flips in the bytes of the file itself are noticed, seed ${seed}`, async () => {
    const seeded = random(seed)
    await using folder = await temporaryFolder()
    const ids = range(60).map((number) => documentId(`flipped-${number}`))
    const sound = documentId('sound')
    await fill(folder.path, [...ids, sound])
    const file = join(folder.path, 'weft.sqlite')
    const bytes = await readFile(file)
    for (const id of ids) {
      const victim = seeded.pick([
        ...range(4, 3).map((position) => `${id} holds ${position}`),
        `${id} holds the`,
      ])
      // Pages that were split or freed hold old copies: only one of them is read.
      const offsets: number[] = []
      for (let at = bytes.indexOf(victim); at >= 0; at = bytes.indexOf(victim, at + 1)) offsets.push(at)
      expect(offsets.length).toBeGreaterThan(0)
      for (const offset of offsets) flipBits(bytes.subarray(offset, offset + victim.length), seeded)
    }
    await writeFile(file, bytes)

    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    for (const id of ids) await expect(storage.updates.read(id, 0)).rejects.toBeInstanceOf(DocumentDamaged)
    expect(texts((await storage.updates.read(sound, 5)).updates)).toEqual(['sound holds 6'])
    await storage.close()
  })
}

/** Where the leaf page begins that holds `text`. Pages higher in the tree hold rows too, and lead to many documents. */
function leafWith(bytes: Buffer, text: string): number {
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
    const page = at - (at % 4096)
    if (bytes[page] === 10) return page
  }
  throw new Error(`no leaf page holds ${text}`)
}

test('a page of garbage takes its documents and no others; what is written to them is still kept', async () => {
  await using folder = await temporaryFolder()
  const [lost, between, sound] = [documentId('a-lost'), documentId('m-between'), documentId('z-sound')]
  const first = await openSqlite({ folder: folder.path, timers: realTimers })
  for (const id of [lost, between, sound]) {
    await first.documents.create(draft({ id }))
    // Enough to fill pages of its own.
    await first.updates.append(
      id,
      range(400, 1).map((position) => entry(`${id} holds ${position}`)),
    )
  }
  await first.close()
  const file = join(folder.path, 'weft.sqlite')
  const bytes = await readFile(file)
  // The second is where entry 401 would go.
  for (const page of [leafWith(bytes, `${lost} holds 2`), leafWith(bytes, `${lost} holds 400`)])
    bytes.fill(0xff, page, page + 4096)
  await writeFile(file, bytes)

  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  await expect(storage.updates.read(lost, 0)).rejects.toBeInstanceOf(DocumentDamaged)
  const more = range(35_000, 1).map((number) => entry(`more ${number}`))
  const served = await Promise.allSettled([
    storage.updates.append(lost, [entry('more')]),
    // So many that what has come is filed in between, which fails for the lost one.
    ...more.map((one) => storage.updates.append(sound, [one])),
    storage.documents.create(draft()),
    storage.updates.read(sound, 400),
  ])
  expect(served.filter(({ status }) => status === 'rejected')).toEqual([])
  await storage.close()

  const again = await openSqlite({ folder: folder.path, timers: realTimers })
  await expect(again.updates.read(lost, 0)).rejects.toBeInstanceOf(DocumentDamaged)
  expect(await again.updates.append(lost, [entry('more')])).toBe(402)
  expect((await again.updates.read(sound, 0)).updates).toHaveLength(35_400)
  await again.close()
})
