import { applyChanges, changesBetween } from '@weft/document'
import { describe, expect, it } from 'vitest'
import { type Random, random, seeds } from '../support/random.ts'

describe('changes between two texts', () => {
  it('of equal texts are none', () => {
    expect(changesBetween('same', 'same')).toEqual([])
  })

  it.each([
    ['one word in a line', 'The cat sat.\n', 'The dog sat.\n', [{ from: 4, to: 7, insert: 'dog' }]],
    ['an added line', 'a\nc\n', 'a\nb\nc\n', [{ from: 2, to: 2, insert: 'b\n' }]],
    ['all of an empty text', '', 'new', [{ from: 0, to: 0, insert: 'new' }]],
    ['the end of a text', 'old', '', [{ from: 0, to: 3, insert: '' }]],
  ])('name %s', (_, before, after, changes) => {
    expect(changesBetween(before, after)).toEqual(changes)
  })

  it('replace words rather than letters that two words happen to share', () => {
    expect(changesBetween('He was mouse', 'He was sofas')).toEqual([{ from: 7, to: 12, insert: 'sofas' }])
  })

  it.each([
    ['half of a surrogate pair', '🌍', '🌎'],
    ['the other half', '\u{1f30d}', '\u{2030d}'],
    ['a joined family', 'x👩‍👩‍👧y', 'x👩‍👩‍👦y'],
    ['a flag', '🇩🇪', '🇩🇰'],
    ['an accent', 'cafe', 'cafe\u0301'],
    ['a skin tone', '👍', '👍🏽'],
  ])('never split %s', (_, before, after) => {
    const changes = changesBetween(before, after)
    expect(applyChanges(before, changes)).toBe(after)
    const graphemes = [...new Intl.Segmenter('en').segment(before)]
    const ends = new Set([...graphemes.map(({ index }) => index), before.length])
    for (const { from, to } of changes) expect([ends.has(from), ends.has(to)]).toEqual([true, true])
  })

  it.each(seeds(400))('make the one of the other and stand between characters (seed %i)', (seed) => {
    const dice = random(seed)
    const before = text(dice, dice.below(200))
    const after = dice.chance(0.2) ? text(dice, dice.below(200)) : mutated(dice, before)
    const changes = changesBetween(before, after)
    expect(applyChanges(before, changes)).toBe(after)
    let last = -1
    for (const { from, to, insert } of changes) {
      expect(from).toBeGreaterThan(last)
      expect(to).toBeGreaterThanOrEqual(from)
      expect(before.slice(from, to)).not.toBe(insert)
      for (const part of [before.slice(0, from), before.slice(from, to), insert])
        expect(part.isWellFormed()).toBe(true)
      last = to
    }
  })

  it.each([
    ['letters', 'a'.repeat(300_000)],
    ['lines', '0,0\n'.repeat(40_000)],
  ])('of a long run of equal %s, made twice as long, come in bounded time', (_, run) => {
    const [before, after] = [`b\n${run}c`, `b\n${run}${run}c`]
    const start = performance.now()
    const changes = changesBetween(before, after)
    expect(performance.now() - start).toBeLessThan(3_000)
    expect(applyChanges(before, changes)).toBe(after)
    expect(changes).toHaveLength(1)
  })

  it('of two large texts that share little come in bounded time', () => {
    const dice = random(5)
    const words = (count: number) => Array.from({ length: count }, () => dice.below(1e9).toString(36))
    const lines = (count: number) => Array.from({ length: count }, () => words(10).join(' ')).join('\n')
    const [before, after] = [lines(15_000), lines(15_000)]
    const start = performance.now()
    const changes = changesBetween(before, after)
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(applyChanges(before, changes)).toBe(after)
  })

  it('of one line in a megabyte are that line', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} of the same old story\n`)
    const after = lines.with(10_000, 'line 10000 of another story\n').join('')
    const changes = changesBetween(lines.join(''), after)
    expect(changes.length).toBeLessThanOrEqual(2)
    expect(changes.reduce((sum, { from, to }) => sum + to - from, 0)).toBeLessThan(20)
  })
})

const alphabet = [
  'a',
  'b',
  ' ',
  '\n',
  'e\u0301',
  '🌍',
  '🌎',
  '👩‍👩‍👧',
  '🇩🇪',
  '🇩🇰',
  'क्षि',
  '한',
  'ש',
  '\u200f',
]

function text(dice: Random, length: number): string {
  return Array.from({ length }, () => dice.pick(alphabet)).join('')
}

function mutated(dice: Random, before: string): string {
  const characters = Array.from(new Intl.Segmenter('en').segment(before), ({ segment }) => segment)
  for (let step = 0; step <= dice.below(5); step++)
    characters.splice(dice.below(characters.length + 1), dice.below(4), text(dice, dice.below(3)))
  return characters.join('')
}
