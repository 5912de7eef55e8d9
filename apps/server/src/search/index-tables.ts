/** The index itself: what is put into it, and what is found in it. Runs in the search thread. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import { fitness, weighedLength } from './fitness.ts'
import { excerpt } from './highlight.ts'
import { matcher } from './match.ts'
import type { IndexedDocument, IndexedStanding, IndexPage, IndexQuery, Rank } from './search.ts'
import type { SearchFilters } from './search-query.ts'
import { learnedWords, vocabulary } from './vocabulary.ts'
import { tokensIn } from './words.ts'

export interface IndexTables {
  search(query: IndexQuery): IndexPage
  stale(documents: readonly IndexedStanding[]): readonly DocumentId[]
  put(documents: readonly IndexedDocument[]): void
  remove(ids: readonly DocumentId[]): void
  tidy(): boolean
  ids(after: DocumentId | null, limit: number): readonly DocumentId[]
}

/** So many of the latest that fit are found, and so many of those are compared with each other: whatever is searched for. */
const mostFound = 1_000
const mostCompared = 200
/** Between title and text, so that no phrase goes across: no word that is searched can be this one. */
const border = '\u{e000}'

interface Beginning {
  readonly text: string
  readonly length: number
}

interface Row {
  readonly number: number
  readonly id: DocumentId
  readonly content: string
  /** In JSON. */
  readonly tags: string
}

export function indexTables(database: DatabaseSync): IndexTables {
  const match = matcher(database)
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string) => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    // As many as there are combinations of filters; tags may be many.
    if (statements.size > 64) statements.clear()
    statements.set(sql, statement)
    return statement
  }
  const byId = database.prepare('SELECT number, id, content, tags FROM documents WHERE id = ?')
  const byNumber = database.prepare(
    'SELECT id, beginning || rest AS text FROM documents JOIN texts USING (number) WHERE number = ?',
  )
  const wholeOf = database.prepare('SELECT title, beginning || rest AS text FROM texts WHERE number = ?')
  const beginningOf = database.prepare('SELECT beginning AS text, length FROM texts WHERE number = ?')
  const last = database.prepare('SELECT coalesce(max(number), 0) AS number FROM documents')
  const stand = database.prepare(
    'UPDATE documents SET folder = ?, tags = ?, author = ?, updated_at = ? WHERE number = ?',
  )
  const insert = database.prepare(
    'INSERT INTO documents (number, id, content, folder, tags, author, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const insertText = database.prepare(
    'INSERT INTO texts (number, title, length, beginning, rest) VALUES (?, ?, ?, ?, ?)',
  )
  const insertTitle = database.prepare('INSERT INTO title_words (rowid, title) VALUES (?, ?)')
  const insertWords = database.prepare('INSERT INTO words (rowid, title_and_text) VALUES (?, ?)')
  const known = vocabulary(database)
  const insertTag = database.prepare('INSERT INTO document_tags (tag, number) VALUES (?, ?)')
  const deleteTags = database.prepare('DELETE FROM document_tags WHERE number = ?')
  const deletions = [
    ...['documents WHERE number', 'texts WHERE number'],
    ...['title_words WHERE rowid', 'words WHERE rowid'],
  ].map((place) => database.prepare(`DELETE FROM ${place} = ?`))
  const idsAfter = database.prepare('SELECT id FROM documents WHERE id > ? ORDER BY id LIMIT ?')

  function rowOf(id: DocumentId): Row | undefined {
    return byId.get(id) as Row | undefined
  }

  /** The words that it had. */
  function drop(id: DocumentId): ReadonlySet<string> {
    const row = rowOf(id)
    if (row === undefined) return new Set()
    const whole = wholeOf.get(row.number) as { readonly title: string; readonly text: string } | undefined
    for (const deletion of [...deletions, deleteTags]) deletion.run(row.number)
    return learnedWords([...tokensIn(whole?.title ?? ''), ...tokensIn(whole?.text ?? '')])
  }

  function tag(number: number, tags: readonly string[]): void {
    deleteTags.run(number)
    for (const one of new Set(tags)) insertTag.run(one, number)
  }

  function putOne(document: IndexedDocument): void {
    const { id, content, folder, tags, author, updatedAt, title, text } = document
    const before = drop(id)
    const number = Number((last.get() as { readonly number: number }).number) + 1
    const [titleTokens, textTokens] = [tokensIn(title), tokensIn(text)]
    insert.run(number, id, content, folder, JSON.stringify(tags), author, updatedAt)
    const beginning = text.slice(0, weighedLength).replace(/[\ud800-\udbff]$/, '')
    insertText.run(number, title, text.length, beginning, text.slice(beginning.length))
    tag(number, tags)
    insertTitle.run(number, titleTokens.join(' '))
    insertWords.run(number, [...titleTokens, border, ...textTokens].join(' '))
    const words = learnedWords([...titleTokens, ...textTokens])
    known.learn(without(words, before))
    known.drop(without(before, words))
  }

  /** All or none; whatever went wrong in the middle leaves no transaction open. */
  function together<Result>(work: () => Result): Result {
    database.exec('BEGIN')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }

  function ranked({ terms, filters }: IndexQuery): readonly Rank[] {
    const { wanted, excluded } = match(terms)
    const conditions = conditionsOf(filters, excluded)
    const values = conditions.flatMap((condition) => condition.values)
    const where = (place: string) =>
      // The plus keeps SQLite from asking FTS5 for each of those numbers.
      conditions
        .map(({ numbers, isRight }) => ` AND +${place} ${isRight ? '' : 'NOT '}IN (${numbers})`)
        .join('')
    if (wanted === null) {
      const sql = `SELECT number FROM documents WHERE true${where('number')} ORDER BY number DESC LIMIT ${mostFound}`
      return prepared(sql)
        .all(...values)
        .map(({ number }): Rank => [1, 0, Number(number)])
    }
    const numbersOf = (table: 'title_words' | 'words') => {
      const sql = `SELECT rowid AS place FROM ${table} WHERE ${table} MATCH ?${where('rowid')}
        ORDER BY rowid DESC LIMIT ${mostFound}`
      return prepared(sql)
        .all(wanted, ...values)
        .map(({ place }) => Number(place))
    }
    const titled = numbersOf('title_words')
    const isTitled = new Set(titled)
    const others = numbersOf('words').filter((number) => !isTitled.has(number))
    return [...titled.map((number): Rank => [0, 0, number]), ...weighed(others, terms)]
  }

  /** The latest come first in `numbers`. */
  function weighed(numbers: readonly number[], terms: IndexQuery['terms']): readonly Rank[] {
    return numbers.map((number, index): Rank => {
      const row = index < mostCompared ? (beginningOf.get(number) as Beginning | undefined) : undefined
      return [1, row === undefined ? 0 : fitness(row.text, row.length, terms), number]
    })
  }

  return {
    search(query) {
      const { after, limit, terms } = query
      const inOrder = [...ranked(query)].sort(byRank)
      const rest = after === null ? inOrder : inOrder.filter((rank) => byRank(rank, after) > 0)
      const page = rest.slice(0, limit)
      const found = page.flatMap(([, , number]) => {
        const row = byNumber.get(number) as { readonly id: DocumentId; readonly text: string } | undefined
        return row === undefined ? [] : { id: row.id, excerpt: excerpt(row.text, terms) }
      })
      return { found, next: rest.length > limit ? (page.at(-1) ?? null) : null }
    },

    stale(documents) {
      const stale: DocumentId[] = []
      together(() => {
        for (const { id, content, folder, tags, author, updatedAt } of documents) {
          const row = rowOf(id)
          if (row?.content !== content) stale.push(id)
          if (row === undefined) continue
          stand.run(folder, JSON.stringify(tags), author, updatedAt, row.number)
          if (row.tags !== JSON.stringify(tags)) tag(row.number, tags)
        }
      })
      return stale
    },

    put: (documents) => together(() => documents.forEach(putOne)),
    remove: (ids) =>
      together(() => {
        for (const id of ids) known.drop(drop(id))
      }),
    tidy: () => together(() => known.tidy()),
    ids: (after, limit) => idsAfter.all(after ?? '', limit).map(({ id }) => id as DocumentId),
  }
}

interface Condition {
  /** Those of the documents that it is about. */
  readonly numbers: string
  readonly isRight: boolean
  readonly values: readonly SQLInputValue[]
}

function conditionsOf(filters: SearchFilters, excluded: string | null): readonly Condition[] {
  const { folders, tags, author, from, before } = filters
  const conditions: Condition[] = []
  const must = (numbers: string, ...values: SQLInputValue[]) =>
    conditions.push({ numbers, isRight: true, values })
  if (folders !== null)
    must(
      'SELECT number FROM documents WHERE folder IN (SELECT value FROM json_each(?))',
      JSON.stringify(folders),
    )
  for (const tag of tags) must('SELECT number FROM document_tags WHERE tag = ?', tag)
  if (author !== null) must('SELECT number FROM documents WHERE author = ?', author)
  if (from !== null || before !== null)
    must(
      'SELECT number FROM documents WHERE updated_at >= ? AND updated_at < ?',
      from ?? 0,
      before ?? Number.MAX_SAFE_INTEGER,
    )
  if (excluded !== null)
    conditions.push({
      numbers: 'SELECT rowid FROM words WHERE words MATCH ?',
      isRight: false,
      values: [excluded],
    })
  return conditions
}

function without(words: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...words].filter((word) => !others.has(word))
}

/** Titles first, then the better score, then the later change. */
function byRank(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1] || b[2] - a[2]
}
