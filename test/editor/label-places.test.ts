import { expect, test } from 'vitest'
import { type Box, type Label, placeLabels, type Side } from '../../packages/editor/src/label-places.ts'
import { random, seeds } from '../support/random.ts'

const area: Box = { left: 0, top: 0, right: 800, bottom: 600 }
const caretAt = (left: number, top: number): Box => ({ left, right: left, top, bottom: top + 20 })
const label = (caret: Box, free: readonly Side[] = [], width = 50): Label => ({
  caret,
  width,
  height: 17,
  free,
  rtl: false,
})

const side = (wanted: Label, own: Box | null = null) => placeLabels([wanted], area, own)[0]?.side

test('a name goes after the line, else above or below where that row is blank, else above', () => {
  const caret = caretAt(100, 100)
  expect(side(label(caret, ['after', 'above', 'below']))).toBe('after')
  expect(side(label(caret, ['above', 'below']))).toBe('above')
  expect(side(label(caret, ['below']))).toBe('below')
  expect(side(label(caret))).toBe('above')
})

test('on the first row on screen it goes below', () => {
  expect(side(label(caretAt(100, 4)))).toBe('below')
})

test('it never covers your own caret', () => {
  expect(side(label(caretAt(100, 100)), caretAt(120, 80))).not.toBe('above')
  expect(side(label(caretAt(100, 100), ['after']), caretAt(110, 100))).not.toBe('after')
})

test('names at one place are stacked', () => {
  const [first, second, third] = placeLabels(
    [label(caretAt(100, 300)), label(caretAt(100, 300)), label(caretAt(100, 300))],
    area,
    null,
  )
  expect([first?.top, second?.top]).toEqual([283, 266])
  expect(third?.top).toBe(320)
})

test('at the edge it is moved inwards, in both directions of writing', () => {
  const [ltr] = placeLabels([label(caretAt(790, 300))], area, null)
  expect(ltr?.left).toBe(750)
  const [rtl] = placeLabels([{ ...label(caretAt(10, 300)), rtl: true }], area, null)
  expect(rtl?.left).toBe(0)
})

for (const seed of seeds(100)) {
  test(`of up to twelve names none covers your caret, and none lies on another (seed ${seed})`, () => {
    const source = random(seed)
    const own = caretAt(source.below(800), source.below(29) * 20)
    const labels = Array.from({ length: 1 + source.below(12) }, () =>
      label(
        caretAt(source.below(750), source.below(29) * 20),
        source.chance(0.3) ? ['after'] : [],
        30 + source.below(60),
      ),
    )
    const boxes = placeLabels(labels, area, own).map(({ left, top }, index) => ({
      left,
      top,
      right: left + (labels[index]?.width ?? 0),
      bottom: top + 17,
    }))
    const covers = (a: Box, b: Box) =>
      a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
    expect(boxes.filter((box) => covers(box, own))).toEqual([])
    expect(boxes.flatMap((a, index) => boxes.slice(index + 1).filter((b) => covers(a, b)))).toEqual([])
  })
}
