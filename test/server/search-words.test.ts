import { excerpt, marked } from '@weft/server/search/highlight'
import { MalformedSearch, parseSearch } from '@weft/server/search/search-query'
import { tokensIn } from '@weft/server/search/words'
import { describe, expect, it, test } from 'vitest'
import { random, seeds } from '../support/random.ts'

describe('words', () => {
  it.each([
    ['Größe und ÄRGER', ['grösse', 'und', 'ärger']],
    ['snake_case, kebab-case; a.b()', ['snake', 'case', 'kebab', 'case', 'a', 'b']],
    ['漢字かな', ['漢字', '字か', 'かな', 'な']],
    ['abc漢字def 1', ['abc', '漢字', '字', 'def', '1']],
    ['𠀀𠀁', ['𠀀𠀁', '𠀁']],
    ['Ｆｕｌｌ ﬁne', ['full', 'fine']],
    ['ΟΔΟΣ οδος', ['οδοσ', 'οδοσ']],
    ['e\u0301te\u0301', ['été']],
    ['man\u0303ana', ['mañana']],
    ['h\u0331a', ['ẖa']],
    ['STRAẞE Straße', ['strasse', 'strasse']],
    ['мʼята', ['мʼята']],
    ['ภาษาไทย', ['ภา', 'าษ', 'ษา', 'าไ', 'ไท', 'ทย', 'ย']],
    ['สวัสดี ラーメン 時々', ['สว', 'วั', 'ัส', 'สด', 'ดี', 'ี', 'ラー', 'ーメ', 'メン', 'ン', '時々', '々']],
    ['שלום עולם', ['שלום', 'עולם']],
    ['🧵 — ""', []],
    ['x'.repeat(100), ['x'.repeat(64)]],
  ])('of %j are %j', (text, tokens) => {
    expect(tokensIn(text)).toEqual(tokens)
  })
})

describe('a search', () => {
  it('is words, phrases, words to leave out, and filters', () => {
    const parsed = parseSearch(
      'Plan "next week" -draft -"no go" tag:"To Do" folder:Meetings author:me after:2026-01-31',
    )
    expect(
      parsed.terms.map(({ words, ...rest }) => ({ ...rest, words: words.map(({ folded }) => folded) })),
    ).toEqual([
      { words: ['plan'], isPhrase: false, isExcluded: false },
      { words: ['next', 'week'], isPhrase: true, isExcluded: false },
      { words: ['draft'], isPhrase: false, isExcluded: true },
      { words: ['no', 'go'], isPhrase: true, isExcluded: true },
    ])
    expect(parsed).toMatchObject({ folders: ['Meetings'], tags: ['to-do'], author: 'me', before: null })
    expect(parsed.from).toBe(Date.parse('2026-02-01T00:00:00Z'))
    expect(parseSearch('before:2026-03-01').before).toBe(Date.parse('2026-03-01T00:00:00Z'))
  })

  it('takes what is no filter as words', () => {
    const words = parseSearch('http://x.y "open quote').terms.map((term) =>
      term.words.map(({ folded }) => folded),
    )
    expect(words).toEqual([
      ['http', 'x', 'y'],
      ['open', 'quote'],
    ])
    expect(parseSearch(' - "" -- ! ').terms).toEqual([])
  })

  it.each(['before:yesterday', 'after:2026-02-30', 'tag:"', 'a '.repeat(17)])('refuses %j', (q) => {
    expect(() => parseSearch(q)).toThrow(MalformedSearch)
  })
})

describe('what was found', () => {
  const rangesOf = (text: string, q: string) =>
    marked(text, parseSearch(q).terms).ranges.map(([from, to]) => text.slice(from, to))

  it.each([
    ['Der ÄRGER wächst', 'ärg', ['ÄRG']],
    ['section and intersection', 'section', ['section', 'section']],
    ['to do or not', 'do', ['do']],
    ['undo redo', 'do', []],
    ['a phrase, a phrases', '"a phrase"', ['a', 'phrase', 'a']],
    ['検索の漢字です', '漢字', ['漢字']],
    ['plan and -draft', 'plan -draft', ['plan']],
    ['Straße', 'strasse', ['Straße']],
    ['<b>bold</b>', 'bold', ['bold']],
  ])('in %j by %j is marked: %j', (text, q, found) => {
    expect(rangesOf(text, q)).toEqual(found)
  })

  it('is shown with what stands around it, on one line', () => {
    const text = `${'lead '.repeat(400)}\nthe needle\nstands here${' and more'.repeat(100)}`
    const { text: shown, ranges } = excerpt(text, parseSearch('needle').terms)
    expect(shown.startsWith('the needle stands here')).toBe(true)
    expect(shown.length).toBeLessThanOrEqual(240)
    expect(ranges.map(([from, to]) => shown.slice(from, to))).toEqual(['needle'])
  })

  test.each(seeds(20))('is in order, apart and whole characters, whatever the text is (seed %i)', (seed) => {
    const dice = random(seed)
    const parts = [
      'a',
      'ß',
      'İ',
      '漢',
      '𠀀',
      '👩‍👩‍👧',
      ' ',
      '\n',
      'ﬁ',
      'e\u0301',
      'Σ',
      '가',
      'ab',
      '\ud83d',
      '-',
      '"',
    ]
    const text = Array.from({ length: dice.below(400) }, () => dice.pick(parts))
      .join('')
      .toWellFormed()
    const q = Array.from({ length: 3 }, () => dice.pick(parts))
      .join(dice.pick(['', ' ']))
      .toWellFormed()
    for (const { text: shown, ranges } of [
      marked(text, parseSearch(q).terms),
      excerpt(text, parseSearch(q).terms),
    ]) {
      expect(shown.isWellFormed()).toBe(true)
      let end = 0
      for (const [from, to] of ranges) {
        expect(from).toBeGreaterThanOrEqual(end)
        expect(to).toBeGreaterThan(from)
        expect(to).toBeLessThanOrEqual(shown.length)
        expect(shown.slice(from, to).isWellFormed()).toBe(true)
        end = to
      }
    }
  })
})

describe('what is marked', () => {
  const letters = [...'abcéßİ東京𠀀𠀁😀\ufe0f  \nا\u0301𝐀𝐁ǆﬃ\u{e0100}ท한하㌀ﷺ½', 'e\u0301']

  it.each(seeds(20))('is whole characters, in order and apart, in any text, seed %i', (seed) => {
    const dice = random(seed)
    const written = (most: number) =>
      Array.from({ length: dice.below(most) }, () => dice.pick(letters)).join('')
    for (let round = 0; round < 150; round++) {
      const { terms } = parseSearch(written(6))
      const text = written(round % 10 === 0 ? 500 : 40)
      for (const shown of [marked(text, terms), excerpt(text, terms)]) {
        expect(shown.text.isWellFormed()).toBe(true)
        let last = -1
        for (const [from, to] of shown.ranges) {
          expect([from > last, to > from, to <= shown.text.length]).toEqual([true, true, true])
          expect(shown.text.slice(from, to).isWellFormed()).toBe(true)
          last = to
        }
      }
    }
  })
})
