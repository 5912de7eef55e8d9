import { EditorSelection, EditorState, Text } from '@codemirror/state'
import { describe, expect, test } from 'vitest'
import { isTooLargeForMarkdown } from '../../packages/editor/src/giant-text.ts'
import { findLanguage, languages } from '../../packages/editor/src/languages.ts'
import { hangOf, lineDirection } from '../../packages/editor/src/line-shape.ts'
import { countWords, positionOf, wordCount } from '../../packages/editor/src/position.ts'
import { reconnectDelay } from '../../packages/editor/src/reconnect-delay.ts'
import { random, seeds } from '../support/random.ts'

describe('words', () => {
  const count = (text: string) => countWords(Text.of(text.split('\n')), 0, text.length)

  test.each([
    ['', 0],
    ['one two  three', 3],
    ["don't well-known naïve", 3],
    ['# - ** `', 0],
    ['漢字 かな', 4],
    ['मैं हिंदी', 2],
    ['مرحبا بالعالم', 2],
  ])('of %j are %i', (text, expected) => {
    expect(count(text)).toBe(expected)
  })

  for (const seed of seeds(60)) {
    test(`are kept right through random edits (seed ${seed})`, () => {
      const source = random(seed)
      let state = EditorState.create({ doc: 'one two\nthree', extensions: [wordCount] })
      for (let step = 0; step < 80; step += 1) {
        const place = () => {
          const from = source.below(state.doc.length + 1)
          const to = Math.min(state.doc.length, from + source.below(6))
          return { from, to, insert: source.pick(['', ' ', 'ab', 'a b', '\n', 'x\ny z', '漢', "o'", '\t']) }
        }
        const first = place()
        const second = place()
        const apart = second.from > first.to
        state = state.update({ changes: apart ? [first, second] : [first] }).state
        expect(state.field(wordCount)).toBe(countWords(state.doc, 0, state.doc.length))
      }
    })
  }
})

describe('words of a line without spaces', () => {
  for (const seed of seeds(10)) {
    test(`are kept right through random edits (seed ${seed})`, () => {
      const source = random(seed)
      const doc = Array.from({ length: 12_000 }, () => source.pick(['a', 'b', '+', '/', '漢', '7'])).join('')
      let state = EditorState.create({ doc, extensions: [wordCount] })
      for (let step = 0; step < 40; step += 1) {
        const from = source.below(state.doc.length + 1)
        const to = Math.min(state.doc.length, from + source.below(5_000))
        const insert = source.pick(['', ' ', 'ab', '+', 'x'.repeat(3_000), '漢\n'])
        state = state.update({ changes: { from, to, insert } }).state
        expect(state.field(wordCount)).toBe(countWords(state.doc, 0, state.doc.length))
      }
    })
  }

  test('cost nothing to keep, however long it is', () => {
    let state = EditorState.create({ doc: 'QmFz+/Y0'.repeat(125_000), extensions: [wordCount] })
    const began = performance.now()
    for (let key = 0; key < 100; key += 1)
      state = state.update({ changes: { from: 500_000, insert: 'x' } }).state
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(state.field(wordCount)).toBe(countWords(state.doc, 0, state.doc.length))
  })
})

describe('the position', () => {
  const at = (doc: string, anchor: number, head = anchor) =>
    positionOf(
      EditorState.create({ doc, selection: EditorSelection.single(anchor, head), extensions: [wordCount] }),
    )

  test('counts lines and columns from one, in characters as people see them', () => {
    expect(at('ab\ncd', 4)).toMatchObject({ line: 2, column: 2 })
    expect(at('👩‍👩‍👧e\u0301x', 10)).toMatchObject({ line: 1, column: 3 })
  })

  test('tells how much is selected', () => {
    expect(at('ab\ncd', 1, 4)).toMatchObject({ selectedLines: 2, selectedCharacters: 3 })
    expect(at('ab\ncd', 1)).toMatchObject({ selectedLines: 0, selectedCharacters: 0 })
    expect(at('👩‍👩‍👧', 0, 8)).toMatchObject({ selectedLines: 1, selectedCharacters: 1 })
  })
})

describe('a line', () => {
  test.each([
    ['مرحبا', 'rtl'],
    ['- [x] مرحبا', 'rtl'],
    ['> 1. שלום world', 'rtl'],
    ['## مرحبا', 'rtl'],
    ['**مرحبا**', 'rtl'],
    ['x مرحبا', 'ltr'],
    ['12 مرحبا', 'rtl'],
    ['- [ ] 漢', 'ltr'],
    ['123 ...', null],
    ['', null],
  ])('%j runs %s', (text, direction) => {
    expect(lineDirection(text)).toBe(direction)
  })

  test.each([
    ['- one', 'markdown', 2],
    ['  10. one', 'markdown', 6],
    ['- [ ] one', 'markdown', 6],
    ['> - one', 'markdown', 4],
    ['# one', 'markdown', 0],
    ['one', 'markdown', 0],
    ['    one', 'code', 4],
    ['- one', 'code', 0],
    [' '.repeat(90), 'code', 24],
  ] as const)('%j in %s hangs by %i', (text, kind, expected) => {
    expect(hangOf(text, kind)).toBe(expected)
  })
})

describe('what Markdown can afford', () => {
  const lines = (count: number, text: string) => Text.of(Array.from({ length: count }, () => text))

  test('a long document of normal paragraphs is fine, a giant paragraph or document is not', () => {
    expect(isTooLargeForMarkdown(lines(22_000, 'a line of text'))).toBe(true)
    const normal = Array.from({ length: 22_000 }, (_, index) => (index % 5 === 0 ? '' : 'a line of text'))
    expect(isTooLargeForMarkdown(Text.of(normal))).toBe(false)
    expect(isTooLargeForMarkdown(Text.of(['x'.repeat(70_000)]))).toBe(true)
    const long = Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? 'x '.repeat(30_000) : ' '))
    expect(isTooLargeForMarkdown(Text.of(long))).toBe(false)
  })
})

describe('languages', () => {
  test('every language of the picker is found again by the name that a document stores', () => {
    expect(languages.length).toBeGreaterThan(100)
    for (const { name, label } of languages) expect(findLanguage(name)?.name).toBe(label)
    expect(findLanguage('ts')?.name).toBe('TypeScript')
    expect(findLanguage('no such thing')).toBe(null)
  })
})

describe('coming back', () => {
  const spread = (attempts: number, restarting: boolean) =>
    [0, 0.5, 0.999].map((chance) => reconnectDelay(attempts, restarting, () => chance))

  test('takes longer each time, at most 6 s at first and never more than 30 s, and half of it is chance', () => {
    expect(Math.max(...spread(0, false))).toBeLessThanOrEqual(500)
    expect(Math.min(...spread(20, false))).toBeGreaterThanOrEqual(7_500)
    expect(Math.max(...spread(20, false))).toBeLessThanOrEqual(30_000)
    expect(Math.max(...spread(19, false))).toBeLessThanOrEqual(6_000)
    for (const attempts of [0, 1, 5, 20]) {
      const [low = 0, , high = 0] = spread(attempts, false)
      expect(high).toBeGreaterThan(low * 1.9)
    }
  })

  test('after a restart is quick, spread over more than a second', () => {
    const [low = 0, , high = 0] = spread(0, true)
    expect(low).toBeLessThanOrEqual(200)
    expect(high).toBeGreaterThan(1_400)
    expect(high).toBeLessThanOrEqual(1_500)
  })
})
