/** A search as FTS5 takes it. Its words are letters and digits alone, so nothing in them has a meaning to FTS5. */
import type { DatabaseSync } from 'node:sqlite'
import type { SearchTerm } from './search-query.ts'
import { tokensOf } from './words.ts'

export interface Match {
  /** `null`: every document fits. */
  readonly wanted: string | null
  readonly excluded: string | null
}

/** Words that a part of a word stands for: so many that begin with it, and so many that have it inside. The first met. */
const mostBeginning = 30
const mostInside = 20

export function matcher(database: DatabaseSync): (terms: readonly SearchTerm[]) => Match {
  const beginning = database.prepare(
    `SELECT word FROM vocabulary WHERE word > ? AND word < ? ORDER BY number LIMIT ${mostBeginning}`,
  )
  const containing = database.prepare(
    `SELECT vocabulary.word FROM word_parts JOIN vocabulary ON vocabulary.number = word_parts.rowid
     WHERE word_parts MATCH ? LIMIT ${mostBeginning + mostInside}`,
  )

  /** The word itself first. */
  function wordsFor(part: string): readonly string[] {
    const length = [...part].length
    if (length < 2) return [part]
    const begin = beginning.all(part, `${part}\u{10ffff}`).map(({ word }) => String(word))
    if (length < 3) return [part, ...begin]
    const inside = containing
      .all(`"${part}"`)
      .map(({ word }) => String(word))
      .filter((word) => !word.startsWith(part))
    return [part, ...begin, ...inside.slice(0, mostInside)]
  }

  function expression({ words, isPhrase }: SearchTerm): string {
    const [only] = words
    if (only === undefined) return '""'
    if (isPhrase || !only.isSpaced) return phrase(words)
    return `(${wordsFor(only.folded)
      .map((word) => `"${word}"`)
      .join(' OR ')})`
  }

  return (terms) => {
    const wanted = terms.filter((term) => !term.isExcluded).map(expression)
    const excluded = terms.filter((term) => term.isExcluded).map(expression)
    return {
      wanted: wanted.length === 0 ? null : wanted.join(' AND '),
      excluded: excluded.length === 0 ? null : excluded.join(' OR '),
    }
  }
}

/**
 * Tokens that follow each other. What comes last without spaces may go on in the text: then its last character begins
 * a pair there, which says nothing that the pair before has not said.
 */
function phrase(words: SearchTerm['words']): string {
  const tokens = words.flatMap(tokensOf)
  const last = words.at(-1)
  if (last === undefined || last.isSpaced) return `"${tokens.join(' ')}"`
  if (tokensOf(last).length > 1) return `"${tokens.slice(0, -1).join(' ')}"`
  return `"${tokens.join(' ')}" *`
}
