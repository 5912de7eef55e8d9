/** The file of the index: opened, made anew when it is of another version or damaged. Nothing in it is the only copy. */
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** Of the tables, of what is put into them, and of what words.ts makes of a text. Another one: the index is made anew. */
const version = 3

const tables = `
  CREATE TABLE documents (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    folder TEXT,
    tags TEXT NOT NULL,
    author TEXT NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX documents_by_folder ON documents (folder, number);
  CREATE INDEX documents_by_time ON documents (updated_at, number);
  CREATE INDEX documents_by_author ON documents (author, number);
  CREATE TABLE document_tags (
    tag TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (tag, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX document_tags_by_number ON document_tags (number);
  CREATE TABLE texts (
    number INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    length INTEGER NOT NULL,
    beginning TEXT NOT NULL,
    rest TEXT NOT NULL
  ) STRICT;
  CREATE VIRTUAL TABLE title_words USING fts5 (
    title, content='', contentless_delete=1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
  );
  CREATE VIRTUAL TABLE words USING fts5 (
    title_and_text, content='', contentless_delete=1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
  );
  CREATE TABLE vocabulary (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
  CREATE VIRTUAL TABLE word_parts USING fts5 (word, content='', tokenize = 'trigram');
  CREATE TABLE dropped_words (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${version};
`

export function removeIndexFile(file: string): void {
  if (file === ':memory:') return
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
}

/** Throws when it is of another version or damaged, as far as that is noticed here. */
export function openIndexFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    for (const setting of [
      'locking_mode = EXCLUSIVE',
      'journal_mode = WAL',
      // A power cut may take the last commits, which the storage still has.
      'synchronous = NORMAL',
      'mmap_size = 0',
      'temp_store = MEMORY',
      'cache_size = -32768',
      'journal_size_limit = 67108864',
    ])
      database.exec(`PRAGMA ${setting}`)
    const found = Number(database.prepare('PRAGMA user_version').get()?.user_version)
    if (found === version) return database
    if (Number(database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count) > 0)
      throw new Error(`the index has version ${found}`)
    database.exec(`BEGIN; ${tables} COMMIT`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
