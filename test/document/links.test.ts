import { rewriteLinks } from '@weft/document'
import { describe, expect, it } from 'vitest'
import { random, seeds } from '../support/random.ts'

/** Every destination that is found becomes its place in the list. */
function numbered(text: string): { readonly text: string; readonly found: readonly string[] } {
  const found: string[] = []
  const made = rewriteLinks(text, (destination) => `#${found.push(destination)}`)
  return { text: made, found }
}

describe('links are found', () => {
  it.each([
    ['[a](b.md)', ['b.md']],
    ['![a](pictures/b.png "a title")', ['pictures/b.png']],
    ["[a](<b c.md> 'title')", ['b c.md']],
    ['[![in](a.png)](b.md)', ['a.png', 'b.md']],
    ['[a]( b.md )', ['b.md']],
    ['[a](b(c)d.md) [e](f\\)g.md)', ['b(c)d.md', 'f\\)g.md']],
    ['[a]: b.md\n  [c]: <d e.md> "title"\n', ['b.md', 'd e.md']],
    ['> [a]: b.md', ['b.md']],
    ['[a]: b.md', ['b.md']],
    ['<img src="a.png" alt="b"> <a title=x href=\'b.md\'>', ['a.png', 'b.md']],
    ['# [a](b.md)\n- [c](d.md)\n\n| [e](f.md) |\n', ['b.md', 'd.md', 'f.md']],
    ['`` ` `` [a](b.md) ` unclosed [c](d.md)', ['b.md', 'd.md']],
    ['`code\n\n` [a](b.md)', ['b.md']],
    ['```\n[no](no)\n```\n[a](b.md)', ['b.md']],
    ['a ```in a line``` [a](b.md)', ['b.md']],
  ])('in %j', (text, destinations) => {
    expect(numbered(text).found).toEqual(destinations)
  })

  it.each([
    '`[a](b.md)`',
    '``[a](b.md) ` [c](d.md)``',
    '```\n[a](b.md)\n```\n',
    '~~~ md\n[a](b.md)\n```\n[c](d.md)\n~~~',
    '- ```\n  [a](b.md)\n  ```',
    '> ~~~~\n> [a](b.md)\n> ~~~\n> [c](d.md)',
    '```\n[a](b.md)',
    '\\[a](<b\n',
    '[a](b\n c d',
    '[a]()',
    'text [a]: b.md',
    'a ] (b)',
    '<a href="x" never closed',
  ])('not in %j', (text) => {
    expect(numbered(text)).toEqual({ text, found: [] })
  })
})

it('replaces a destination alone, and leaves one for which there is nothing else', () => {
  const text = 'é [a](<one> "t") ![b](two) <img src="one">\n[c]: one\n'
  const made = rewriteLinks(text, (destination) => (destination === 'one' ? '/1' : null))
  expect(made).toBe('é [a](</1> "t") ![b](two) <img src="/1">\n[c]: /1\n')
})

it.each([
  ['backticks of every length', Array.from({ length: 1_500 }, (_, n) => '`'.repeat(n)).join(' ')],
  ['brackets', ']('.repeat(300_000)],
  ['open brackets', '[x]:'.repeat(200_000)],
  ['angle brackets', '<a '.repeat(200_000)],
  ['one long address', `[a](${'x'.repeat(1_000_000)}`],
  ['parentheses', `[a](${'('.repeat(500_000)}`],
  ['attributes', `<a${' src='.repeat(200_000)}>`],
  ['blank space', `[a](${' '.repeat(500_000)}b)`],
  ['many blank spaces', '[a](   '.repeat(200_000)],
])('reads 1 MB of %s without going over it again and again', (_, text) => {
  const started = performance.now()
  rewriteLinks(text, () => null)
  // It takes some milliseconds; each of them again for each of them would take many minutes.
  expect(performance.now() - started).toBeLessThan(20_000)
})

it.each(seeds(200))('changes nothing but destinations, whatever the text (seed %i)', (seed) => {
  const dice = random(seed)
  const parts = [
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '`',
    '```',
    '~~~',
    '\n',
    '\n\n',
    '\\',
    ' ',
    'a',
    'href="',
    "src='",
    '"',
    ':',
    '!',
    '- ',
    '> ',
    '<a ',
    '👩‍👩',
  ]
  const text = Array.from({ length: 60 }, () => dice.pick(parts)).join('')
  const found: string[] = []
  expect(
    rewriteLinks(text, (destination) => {
      found.push(destination)
      return destination
    }),
  ).toBe(text)
  // Taking each out and putting it back again comes to the same.
  let next = 0
  const marked = rewriteLinks(text, () => '\u0001')
  expect(marked.replaceAll('\u0001', () => found[next++] ?? '')).toBe(text)
  expect(next).toBe(found.length)
})
