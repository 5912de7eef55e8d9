import { titleOf } from '@weft/document'
import { describe, expect, it } from 'vitest'

describe('the title of a document that nobody has named', () => {
  it.each([
    ['the first top heading', 'markdown', '![](badge.svg)\n\n## Part\n\n# The book\n', 'The book'],
    ['without its marks', 'markdown', '#  Hello, *world*  ##\n', 'Hello, *world*'],
    ['not a comment in a code block', 'markdown', 'Text\n\n```sh\n# run\n```\n', 'Text'],
    ['nor one in a fence inside a longer fence', 'markdown', '````\n```\n# no\n````\n# Yes', 'Yes'],
    ['else the first line', 'markdown', '\n\n  ### Small start\nmore', 'Small start'],
    ['behind the front matter', 'markdown', '---\ntags: a\n---\nHello\n', 'Hello'],
    ['the first line of plain text, marks and all', 'text', '\n hash\n', 'hash'],
    ['on one line whatever it holds', 'text', 'a\tb\0c\u2028d', 'a b c d'],
  ] as const)('is %s', (_, kind, text, title) => {
    expect(titleOf(text, kind)).toBe(title)
  })

  it('is missing when there is nothing to read', () => {
    expect(titleOf('', 'markdown')).toBeNull()
    expect(titleOf(' \n\t\n', 'text')).toBeNull()
  })

  it('is no half emoji where the search ends', () => {
    expect(titleOf(`${'\n'.repeat(16 * 1024 - 1)}🌍`, 'text')).toBeNull()
  })

  it('is found in a line of many blanks without trying each of them', () => {
    const line = `x${' '.repeat(16_000)}y`
    const start = performance.now()
    for (let time = 0; time < 20; time++) expect(titleOf(`# ${line}`, 'markdown')).toBe('x y')
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  it('has at most 200 characters and no half emoji at its end', () => {
    expect(titleOf('x'.repeat(500), 'text')).toBe('x'.repeat(200))
    const title = titleOf(`${'x'.repeat(199)}🌍`, 'text')
    expect(title).toBe('x'.repeat(199))
  })
})
