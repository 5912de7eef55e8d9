/** What is checked before a database is opened, and what an operator reads when it is not. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { isOlder } from '@weft/server/storage/sqlite-connection'
import { StorageFailure } from '@weft/sync'
import { expect, test } from 'vitest'
import { draft, entry, folded, texts } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const writer = fileURLToPath(new URL('./storage-writer.ts', import.meta.url))

async function openAndClose(folder: string): Promise<void> {
  await (await openSqlite({ folder, timers: realTimers })).close()
}

test('a missing folder is made, for its owner only, and holds the database and a place for attachments', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'some', 'data')
  await openAndClose(data)
  expect((await stat(data)).mode & 0o777).toBe(0o700)
  expect(await readdir(data)).toEqual(['attachments', 'weft.sqlite'])
})

test('what was stored is there when it is opened again', async () => {
  await using folder = await temporaryFolder()
  const first = await openSqlite({ folder: folder.path, timers: realTimers })
  const created = await first.documents.create(draft({ title: 'Größe', first: entry('a') }))
  await first.updates.append(created.id, [entry('b'), entry('c')])
  await first.updates.fold(created.id, folded('ab'), 2)
  const record = await first.documents.get(created.id)
  await first.close()
  const again = await openSqlite({ folder: folder.path, timers: realTimers })
  expect(await again.documents.get(created.id)).toEqual(record)
  expect(texts((await again.updates.read(created.id, 0)).updates)).toEqual(['ab', 'c'])
  expect(await again.updates.append(created.id, [entry('d')])).toBe(4)
  await again.close()
})

test('what is folded leaves the file', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  await storage.updates.append(id, [entry('a'), entry('b'), entry('c')])
  await storage.updates.fold(id, folded('a'), 1)
  await storage.updates.fold(id, folded('ab'), 2)
  await storage.close()
  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
  const positions = (table: string) =>
    database
      .prepare(`SELECT position FROM ${table}`)
      .all()
      .map(({ position }) => position)
  expect([positions('updates'), positions('snapshots')]).toEqual([[3], [2]])
  database.close()
})

test('a second process is refused, by name of the file, until the first is gone, even killed', async () => {
  await using folder = await temporaryFolder()
  const child = spawn(process.execPath, [writer, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.stdout.resume()
  const second = openSqlite({ folder: folder.path, timers: realTimers })
  await expect(second).rejects.toThrow(
    `Another process has ${join(folder.path, 'weft.sqlite')} open: stop it first`,
  )
  await expect(second).rejects.toBeInstanceOf(StorageFailure)
  expect(child.exitCode).toBeNull()
  child.kill('SIGKILL')
  await closed
  await openAndClose(folder.path)
})

test('a second one is refused too while the first has written nothing yet', async () => {
  await using folder = await temporaryFolder()
  await openAndClose(folder.path)
  const first = await openSqlite({ folder: folder.path, timers: realTimers })
  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'), { readOnly: true, timeout: 0 })
  try {
    expect(() => database.prepare('SELECT id FROM documents').all()).toThrow('locked')
  } finally {
    database.close()
  }
  await first.close()
})

test('a database of a newer program is refused and left alone', async () => {
  await using folder = await temporaryFolder()
  await openAndClose(folder.path)
  const file = join(folder.path, 'weft.sqlite')
  const database = new DatabaseSync(file)
  const known = Number(database.prepare('SELECT max(number) AS number FROM migrations').get()?.number)
  database.prepare("INSERT INTO migrations (number, name, at) VALUES (?, 'later', 0)").run(known + 1)
  database.close()
  await expect(openAndClose(folder.path)).rejects.toThrow(
    `The database has schema ${known + 1}, this program knows ${known}: start a newer version`,
  )
  const after = new DatabaseSync(file)
  expect(after.prepare('SELECT max(number) AS number FROM migrations').get()?.number).toBe(known + 1)
  after.close()
})

test('a file that is no database is refused and left alone', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'weft.sqlite')
  await writeFile(file, 'These are my notes. '.repeat(1_000))
  await expect(openAndClose(folder.path)).rejects.toThrow(`${file} is damaged or no SQLite database`)
  expect((await stat(file)).size).toBe(20_000)
})

test('versions are compared number by number', () => {
  expect(isOlder('3.51.2', '3.51.3')).toBe(true)
  expect(isOlder('3.9.0', '3.51.3')).toBe(true)
  expect(isOlder('3.51.3', '3.51.3')).toBe(false)
  expect(isOlder('3.51.10', '3.51.3')).toBe(false)
  expect(isOlder('3.53.4', '3.51.3')).toBe(false)
  expect(isOlder('4.0.0', '3.51.3')).toBe(false)
})
