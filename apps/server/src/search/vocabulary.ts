/**
 * The words that occur in documents, which are found by their parts (match.ts). A word that a document no longer has is
 * noted, and forgotten a moment later if no other document has it: half of what is typed is a word for a second only.
 */
import type { DatabaseSync } from 'node:sqlite'

/** All is called inside a transaction. */
export interface Vocabulary {
  learn(words: Iterable<string>): void
  /** A document does not have them any more. */
  drop(words: Iterable<string>): void
  /** True: there may be more to forget. */
  tidy(): boolean
}

/** Words of one document that are found by a part of them too. */
const mostLearned = 20_000
/** Some five milliseconds: searches wait meanwhile. */
const tidiedAtOnce = 100

/** Those of a document's words that its vocabulary has. A shorter one is found whole. */
export function learnedWords(tokens: readonly string[]): ReadonlySet<string> {
  const distinct = [...new Set(tokens)].slice(0, mostLearned)
  return new Set(distinct.filter((word) => word.length >= 3))
}

export function vocabulary(database: DatabaseSync): Vocabulary {
  const insert = database.prepare('INSERT INTO vocabulary (word) VALUES (?) ON CONFLICT DO NOTHING')
  const insertParts = database.prepare('INSERT INTO word_parts (rowid, word) VALUES (?, ?)')
  const note = database.prepare('INSERT INTO dropped_words (word) VALUES (?) ON CONFLICT DO NOTHING')
  const noted = database.prepare(`SELECT word FROM dropped_words LIMIT ${tidiedAtOnce}`)
  const unnote = database.prepare('DELETE FROM dropped_words WHERE word = ?')
  const inUse = database.prepare('SELECT rowid FROM words WHERE words MATCH ? LIMIT 1')
  const forget = database.prepare('DELETE FROM vocabulary WHERE word = ? RETURNING number')
  const forgetParts = database.prepare(
    "INSERT INTO word_parts (word_parts, rowid, word) VALUES ('delete', ?, ?)",
  )

  /** Of three letters, a part is its beginning or all of it. */
  const hasParts = (word: string) => word.length > 3

  return {
    learn(words) {
      for (const word of words) {
        const { changes, lastInsertRowid } = insert.run(word)
        if (changes === 1 && hasParts(word)) insertParts.run(lastInsertRowid, word)
      }
    },
    drop(words) {
      for (const word of words) note.run(word)
    },
    tidy() {
      const words = noted.all().map(({ word }) => String(word))
      for (const word of words) {
        unnote.run(word)
        if (inUse.get(`"${word}"`) !== undefined) continue
        const number = forget.get(word)?.number
        if (number !== undefined && hasParts(word)) forgetParts.run(Number(number), word)
      }
      return words.length === tidiedAtOnce
    },
  }
}
