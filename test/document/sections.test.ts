import { findSection, headingsOf, lineRange } from '@weft/document'
import { describe, expect, it } from 'vitest'

const text = '# Title\nintro\n## Log ##\n- a\n### Deep\nx\n```\n## Not one\n```\n## Next\nend'

describe('headings', () => {
  it('are lines with marks, and none inside of a fence', () => {
    expect(headingsOf(text).map(({ level, title, line }) => [level, title, line])).toEqual([
      [1, 'Title', 1],
      [2, 'Log', 3],
      [3, 'Deep', 5],
      [2, 'Next', 10],
    ])
  })

  it.each([
    ['a longer fence ends only with one as long', '````\n# a\n```\n# b\n````\n# c', ['c']],
    ['a fence of tildes is not ended by backticks', '~~~\n```\n# a\n~~~\n# b', ['b']],
    ['a fence that never ends hides all', '```\n# a\n# b', []],
    ['backticks in the info of a fence make it none', '``` `a`\n# b', ['b']],
    ['a mark needs a blank behind it', '#no\n#\n####### no\n    # no\n   # yes', ['', 'yes']],
  ])('%s', (_, source, titles) => {
    expect(headingsOf(source).map(({ title }) => title)).toEqual(titles)
  })

  it('may hold a line separator, which ends no line, behind any number of blanks', () => {
    const start = performance.now()
    const [first, second] = headingsOf(`# a\u2028b\n#${' '.repeat(100_000)}\u2028`)
    expect([first?.title, second?.title]).toEqual(['a\u2028b', ''])
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('a section', () => {
  it('goes on to the next heading that is not below it', () => {
    const found = findSection(text, '## Log')
    if ('reason' in found) throw new Error(found.reason)
    expect(text.slice(found.section.from, found.section.to)).toBe(
      '## Log ##\n- a\n### Deep\nx\n```\n## Not one\n```\n',
    )
  })

  it('is found by its words alone, on any level', () => {
    expect(findSection(text, ' Deep ')).toMatchObject({ section: { heading: { level: 3 } } })
    expect(findSection(text, '## Deep')).toMatchObject({ reason: 'absent' })
  })

  it('that is there twice is told with both lines', () => {
    expect(findSection('# A\n## B\n# A\n', 'A')).toMatchObject({
      reason: 'ambiguous',
      headings: [{ line: 1 }, { line: 3 }],
    })
  })
})

describe('lines', () => {
  it.each([
    [1, 1, 'a\n'],
    [2, 3, 'b\nc'],
    [3, 99, 'c'],
    [4, 5, null],
  ])('%i to %i', (first, last, expected) => {
    const source = 'a\nb\nc'
    const range = lineRange(source, first, last)
    expect(range === null ? null : source.slice(range.from, range.to)).toBe(expected)
  })

  it('an empty text has none, and the end of the last is no other', () => {
    expect(lineRange('', 1, 1)).toBeNull()
    expect(lineRange('a\n', 2, 2)).toBeNull()
  })
})
