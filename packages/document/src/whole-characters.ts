/**
 * Widens changes until they end between characters, in the text before and in the one after. Half a surrogate pair
 * makes replicas differ for ever; half of what people see as one character turns into another one when somebody
 * else edits the other half.
 */
import type { TextChange } from './text-change.ts'

export function wholeCharacters(
  before: string,
  after: string,
  changes: readonly TextChange[],
): readonly TextChange[] {
  const whole: TextChange[] = []
  /** How much further a place is in the text after than in the one before. */
  let shift = 0
  let index = 0
  for (let next = changes[0]; next !== undefined; ) {
    let { from, to, insert } = next
    while (!isBetween(before, from) || !isBetween(after, from + shift)) {
      from--
      insert = before.charAt(from) + insert
    }
    shift += next.insert.length - (to - next.from)
    next = changes[++index]
    for (;;) {
      // Two changes that meet are one.
      if (next !== undefined && next.from === to) {
        insert += next.insert
        shift += next.insert.length - (next.to - next.from)
        to = next.to
        next = changes[++index]
      } else if (isBetween(before, to) && isBetween(after, to + shift)) break
      else insert += before.charAt(to++)
    }
    const last = whole.at(-1)
    if (last?.to === from) whole[whole.length - 1] = { from: last.from, to, insert: last.insert + insert }
    else whole.push({ from, to, insert })
  }
  return whole
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** Longer ones exist, as jokes. */
const longestCharacter = 64

function isBetween(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return true
  const [left, right] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  if (left === 0x0a || right === 0x0a) return true
  // Nothing below combines with anything.
  if (left < 0x300 && right < 0x300) return true
  if (isLow(right) && left >= 0xd800 && left <= 0xdbff) return false
  let start = Math.max(0, at - longestCharacter, text.lastIndexOf('\n', at - 1) + 1)
  if (start > 0 && isLow(text.charCodeAt(start))) start++
  const around = segmenter.segment(text.slice(start, at + 2))
  return around.containing(at - start)?.index === at - start
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
