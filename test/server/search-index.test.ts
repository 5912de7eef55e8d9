import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FolderId } from '@weft/protocol'
import {
  type IndexedDocument,
  type Rank,
  type SearchIndex,
  TooManySearches,
} from '@weft/server/search/search'
import { parseSearch, type SearchFilters } from '@weft/server/search/search-query'
import { openSearch } from '@weft/server/search/sqlite-search'
import { StorageFailure } from '@weft/sync'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { documentId, range } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const anywhere: SearchFilters = { folders: null, tags: [], author: null, from: null, before: null }

let index: SearchIndex
beforeEach(async () => {
  index = await openSearch(':memory:')
})
afterEach(() => index.close())

function indexed(
  name: string,
  title: string,
  text = '',
  more: Partial<IndexedDocument> = {},
): IndexedDocument {
  const standing = { folder: null, tags: [], author: 'guest:ann', updatedAt: 1_000 }
  return { id: documentId(name), content: `${title} ${text}`, title, text, ...standing, ...more }
}

async function found(q: string, filters: Partial<SearchFilters> = {}, from = index): Promise<string[]> {
  const { terms } = parseSearch(q)
  const names: string[] = []
  for (let after: Rank | null = null; ; ) {
    const page = await from.search({ terms, filters: { ...anywhere, ...filters }, limit: 2, after })
    names.push(...page.found.map(({ id }) => id))
    if (page.next === null) return names
    after = page.next
  }
}

describe('the search index', () => {
  it('finds words, their beginnings and their parts, in any case and script', async () => {
    await index.put([
      indexed('a', 'Plan', 'The intersection of Größe and ÄRGER'),
      indexed('b', '議事録', '検索の漢字です。東京都に行く'),
      indexed('c', 'Code', 'const snake_case = fooBar(漢)'),
      indexed('d', 'Привет', 'שלום עולם 한국어문서'),
      indexed('e', 'İstanbul', '❤️love ✉️letters 葛\u{e0100}城'),
    ])
    for (const [q, names] of [
      ['intersection', ['a']],
      ['INTER', ['a']],
      ['section', ['a']],
      ['ärger', ['a']],
      ['grösse', ['a']],
      ['istanbul', ['e']],
      ['İST', ['e']],
      ['is', ['e']],
      ['"love letters"', ['e']],
      ['le', ['e']],
      ['葛城', ['e']],
      ['葛\u{e0100}城', ['e']],
      ['se', []],
      ['in', ['a']],
      ['漢字', ['b']],
      ['漢', ['b', 'c']],
      ['字で', ['b']],
      ['東京都', ['b']],
      ['京都', ['b']],
      ['東都', []],
      ['議事', ['b']],
      ['snake_case', ['c']],
      ['"snake case"', ['c']],
      ['"case snake"', []],
      ['obar', ['c']],
      ['привет', ['d']],
      ['ривет', ['d']],
      ['עולם', ['d']],
      ['국어', ['d']],
      ['plan section', ['a']],
      ['plan code', []],
      ['nothing', []],
    ] as const)
      expect([q, (await found(q)).toSorted()]).toEqual([q, names])
  })

  it('finds words of three letters by their first two', async () => {
    await index.put([indexed('a', 'The cat', 'met'), indexed('b', 'x', 'Müs ναι')])
    for (const q of ['ca', 'ME', 'th']) expect([q, await found(q)]).toEqual([q, ['a']])
    for (const q of ['mü', 'να']) expect([q, await found(q)]).toEqual([q, ['b']])
    for (const q of ['at', 'us', 'αι']) expect([q, await found(q)]).toEqual([q, []])
  })

  it('leaves out what is to be left out, and finds all there is when nothing is asked for', async () => {
    await index.put([indexed('a', 'red apple'), indexed('b', 'red pear'), indexed('c', 'green pear')])
    expect(await found('red -apple')).toEqual(['b'])
    expect(await found('-pear')).toEqual(['a'])
    expect(await found('red -"red pear"')).toEqual(['a'])
    expect(await found('')).toEqual(['c', 'b', 'a'])
  })

  it('puts titles first, then what fits better, then the latest', async () => {
    await index.put([
      indexed('title', 'About the needle', 'nothing here'),
      indexed('much', 'x', 'needle '.repeat(5)),
      indexed('little', 'x', `needle ${'hay '.repeat(300)}`),
      indexed('later', 'x', `needle ${'hay '.repeat(300)}`),
      ...range(20).map((n) => indexed(`other-${n}`, 'x', 'hay '.repeat(50))),
    ])
    expect(await found('needle')).toEqual(['title', 'much', 'later', 'little'])
  })

  it('filters by folder, tags, author and time', async () => {
    const folder = 'f'.repeat(22) as FolderId
    await index.put([
      indexed('a', 'x one', '', { folder, tags: ['plan', 'todo'], updatedAt: 10 }),
      indexed('b', 'x two', '', { folder, tags: ['plan'], author: 'user:eve', updatedAt: 20 }),
      indexed('c', 'x three', '', { tags: ['todo'], updatedAt: 30 }),
    ])
    expect(await found('x', { folders: [folder] })).toEqual(['b', 'a'])
    expect(await found('x', { folders: [] })).toEqual([])
    expect(await found('x', { tags: ['plan', 'todo'] })).toEqual(['a'])
    expect(await found('x', { author: 'user:eve' })).toEqual(['b'])
    expect(await found('x', { from: 20, before: 30 })).toEqual(['b'])
    expect(await found('', { tags: ['todo'] })).toEqual(['c', 'a'])
    expect(await found('one', { folders: [folder], tags: ['plan'] })).toEqual(['a'])
  })

  it('holds what a document is now, not what it was', async () => {
    await index.put([indexed('a', 'first title', 'first text')])
    await index.put([indexed('a', 'second title', 'second text')])
    expect([await found('first'), await found('second')]).toEqual([[], ['a']])
    await index.remove([documentId('a'), documentId('never')])
    expect([await found('second'), await found('')]).toEqual([[], []])
    expect(await index.ids(null, 9)).toEqual([])
  })

  it('forgets the words that no document has any more, so that others are found by their parts', async () => {
    const typed = range(70).map(
      (n) => `plan${String.fromCodePoint(0x61 + (n % 26), 0x61 + Math.floor(n / 26))}`,
    )
    for (const word of typed) await index.put([indexed('typed', word, `once ${word}`)])
    await index.put(range(70).map((n) => indexed(`gone-${n}`, 'x', `explan${n}`)))
    await index.remove(range(70).map((n) => documentId(`gone-${n}`)))
    await index.put([indexed('kept', 'A planet', 'explanation'), indexed('typed', 'x', 'y')])
    for (const q of ['plan', 'pla', 'pl', 'lanet', 'plana']) await found(q)
    while (await index.tidy());
    for (const q of ['plan', 'pl', 'lane', 'expl', 'planati'])
      expect([q, await found(q)]).toEqual([q, ['kept']])
    expect(await index.tidy()).toBe(false)
    await index.put([indexed('again', 'x', 'planaa')])
    expect(await found('plana')).toEqual(['again', 'kept'])
  })

  it('says which documents it has another content of, and notes where they stand', async () => {
    const [a, b] = [indexed('a', 'one'), indexed('b', 'two')]
    await index.put([a, b])
    const moved = { ...a, tags: ['moved'] }
    expect(await index.stale([moved, { ...b, content: 'other' }, indexed('c', 'new')])).toEqual(['b', 'c'])
    expect(await found('one', { tags: ['moved'] })).toEqual(['a'])
  })

  it('pages through every result once', async () => {
    await index.put(
      range(150).map((n) => indexed(`d${n}`, n % 3 === 0 ? 'needle' : 'x', `needle ${'hay '.repeat(n % 7)}`)),
    )
    const names = await found('needle')
    expect(names).toHaveLength(150)
    expect(new Set(names).size).toBe(150)
    expect(names.slice(0, 50).every((name) => Number(name.slice(1)) % 3 === 0)).toBe(true)
  })

  it('takes any text as a search and fails on none', async () => {
    await index.put([indexed('a', 'title', 'text "quoted" AND (that) NEAR * ^ : {x}')])
    for (const q of [
      '"',
      '""',
      'AND',
      'NEAR(a b)',
      'title:x',
      '* ^',
      '{title} : x',
      "'; DROP TABLE words; --",
      '-',
      'a"b',
    ])
      expect(Array.isArray(await found(q))).toBe(true)
    expect(await found('NEAR')).toEqual(['a'])
  })

  it('refuses searches when too many wait, and all when it is closed', async () => {
    await index.put(range(300).map((n) => indexed(`d${n}`, 'needle', 'needle hay '.repeat(200))))
    const query = { terms: parseSearch('needle').terms, filters: anywhere, limit: 2, after: null }
    const results = await Promise.allSettled(range(60).map(() => index.search(query)))
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(reasons.length).toBeGreaterThan(0)
    for (const reason of reasons) expect(reason).toBeInstanceOf(TooManySearches)
    await index.close()
    await expect(found('needle')).rejects.toBeInstanceOf(StorageFailure)
  })
})

describe('the file of the index', () => {
  it('keeps what was put', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'search.sqlite')
    const first = await openSearch(file)
    await first.put([indexed('a', 'kept')])
    await first.close()
    const second = await openSearch(file)
    expect(await found('kept', {}, second)).toEqual(['a'])
    await second.close()
  })

  it('is made anew when it is no database, or of another version', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'search.sqlite')
    await writeFile(file, 'These are my notes. '.repeat(1_000))
    const first = await openSearch(file)
    await first.put([indexed('a', 'kept')])
    await first.close()
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 99')
    database.close()
    const second = await openSearch(file)
    expect(await second.ids(null, 9)).toEqual([])
    await second.close()
  })

  it.each([2, 8, 20, 60])('is made anew when it is damaged from its page %i on', async (page) => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'search.sqlite')
    const first = await openSearch(file)
    await first.put(range(300).map((n) => indexed(`d${n}`, `title ${n}`, `word${n} needle `.repeat(50))))
    await first.close()
    const bytes = await readFile(file)
    expect(bytes.length).toBeGreaterThan(100 * 4_096)
    await writeFile(file, bytes.fill(0xa5, page * 4_096))
    // Damage is met when the file is opened, or when the page is read.
    const second = await openSearch(file)
    let emptied = 0
    second.onEmptied(() => emptied++)
    const reading = await Promise.allSettled([found('needle', {}, second), second.ids(null, 9)])
    for (const result of reading)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StorageFailure)
    expect(emptied).toBe(reading.some(({ status }) => status === 'rejected') ? 1 : 0)
    expect(await found('needle', {}, second)).toEqual([])
    await second.put([indexed('a', 'needle')])
    expect(await found('needle', {}, second)).toEqual(['a'])
    await second.close()
  })
})
