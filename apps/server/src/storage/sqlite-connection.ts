/**
 * The only connection to the database file: how it is opened, set up and checked.
 *
 * Never open weft.sqlite in any other way in this process: closing any descriptor of a file drops all of the
 * process's POSIX locks on it, and with them the lock that keeps other processes out.
 */
import { DatabaseSync } from 'node:sqlite'
import { migrations, type SqlWords } from './migrations.ts'
import { Refusal } from './refusal.ts'
import { isBusy, isCorrupt, messageOf } from './sqlite-errors.ts'

const words: SqlWords = { whole: 'INTEGER', bytes: 'BLOB', keyed: 'STRICT, WITHOUT ROWID', inOrder: 'STRICT' }

/** Older versions can corrupt the file when the write-ahead log is reset. */
const oldestVersion = '3.51.3'

/** What is set for the connection, and what SQLite must say when asked: it ignores what it cannot do. */
const pragmas: readonly (readonly [set: string, ask: string, answer: string | number])[] = [
  // Before the first access to the file: then the lock is taken with it, and a killed process leaves none behind.
  ['locking_mode = EXCLUSIVE', 'locking_mode', 'exclusive'],
  ['journal_mode = WAL', 'journal_mode', 'wal'],
  // NORMAL would lose the last commits when the power fails.
  ['synchronous = FULL', 'synchronous', 2],
  ['mmap_size = 0', 'mmap_size', 0],
  ['foreign_keys = ON', 'foreign_keys', 1],
  ['journal_size_limit = 67108864', 'journal_size_limit', 67_108_864],
  // A full temporary folder is then no reason for a write to fail.
  ['temp_store = MEMORY', 'temp_store', 2],
  // KiB, negative. The pages that are written again and again stay in memory.
  ['cache_size = -16384', 'cache_size', -16_384],
]

/** Waits this long for a process that is just ending. */
const busyTimeoutMs = 5_000

/** Opens the file, takes its lock and brings its schema up to date. Throws {@link Refusal} with words for an operator. */
export function openConnection(file: string, at: number): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs })
  try {
    requireVersion(database)
    for (const [set, ask, answer] of pragmas) {
      database.exec(`PRAGMA ${set}`)
      const found = Object.values(database.prepare(`PRAGMA ${ask}`).get() ?? {})[0]
      if (found !== answer) throw new Refusal('failed', `SQLite does not take "${set}" for ${file}`)
    }
    migrate(database, at)
    // Reading alone takes no lock that keeps others out; asking to write does, and it is kept from then on.
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    return database
  } catch (error) {
    database.close()
    throw refusalOf(error, file)
  }
}

export function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0
}

function requireVersion(database: DatabaseSync): void {
  const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.version)
  if (isOlder(version, oldestVersion))
    throw new Refusal('failed', `SQLite ${oldestVersion} or newer is needed; this Node brings ${version}`)
}

function migrate(database: DatabaseSync, at: number): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT',
  )
  const done = Number(database.prepare('SELECT max(number) AS number FROM migrations').get()?.number ?? 0)
  if (done > migrations.length)
    throw new Refusal(
      'failed',
      `The database has schema ${done}, this program knows ${migrations.length}: start a newer version`,
    )
  const note = database.prepare('INSERT INTO migrations (number, name, at) VALUES (?, ?, ?)')
  for (const [index, migration] of migrations.entries()) {
    if (index < done) continue
    database.exec('BEGIN IMMEDIATE')
    for (const statement of migration.statements(words)) database.exec(statement)
    note.run(index + 1, migration.name, at)
    database.exec('COMMIT')
  }
}

function refusalOf(error: unknown, file: string): Refusal {
  if (error instanceof Refusal) return error
  if (isBusy(error)) return new Refusal('failed', `Another process has ${file} open: stop it first`)
  if (isCorrupt(error))
    return new Refusal('failed', `${file} is damaged or no SQLite database: restore it from a backup`)
  return new Refusal('failed', `${file} cannot be opened: ${messageOf(error)}`)
}
