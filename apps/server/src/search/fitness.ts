/** How well a text fits a search: BM25 without the rarity of words, which would change with every other document. */
import type { SearchTerm } from './search-query.ts'

/** UTF-16 units of a text that are looked at. */
export const weighedLength = 16 * 1024
/** A usual text: longer ones must have a word more often to fit as well. */
const usualLength = 5_000
const saturation = 1.2
const lengthMatters = 0.75
const mostCounted = 50

/** Less is better; 0: nothing is known. All terms are in the text or its title. */
export function fitness(text: string, length: number, terms: readonly SearchTerm[]): number {
  const folded = text.toLowerCase()
  const patience = saturation * (1 - lengthMatters + (lengthMatters * length) / usualLength)
  const sum = terms.reduce((total, { words, isExcluded }) => {
    if (isExcluded) return total
    const [longest = ''] = words.map((word) => word.folded).sort((a, b) => b.length - a.length)
    // What is not found as it is written here was found by a folded form.
    const times = Math.max(1, timesIn(folded, longest))
    return total + (times * (saturation + 1)) / (times + patience)
  }, 0)
  return -Number(sum.toFixed(3))
}

function timesIn(text: string, word: string): number {
  if (word === '') return 0
  let times = 0
  for (let at = text.indexOf(word); at >= 0 && times < mostCounted; at = text.indexOf(word, at + word.length))
    times++
  return times
}
