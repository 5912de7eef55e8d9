/** Where in a text what was searched for stands, and the part of it that is worth showing. */
import type { Marked } from './search.ts'
import type { SearchTerm } from './search-query.ts'
import { type Word, wordsIn } from './words.ts'

/** UTF-16 units of an excerpt, and of what stands before the first word that was found. */
const excerptLength = 240
const leadLength = 60
/** Beyond this a document is not looked at for an excerpt; its beginning is shown instead. */
const searchedLength = 256 * 1024
const mostRanges = 50

/** A title with all that was found in it. */
export function marked(text: string, terms: readonly SearchTerm[]): Marked {
  return { text, ranges: rangesIn(text, terms, text.length) }
}

/** The first place where something was found, with what stands around it; else the beginning. */
export function excerpt(text: string, terms: readonly SearchTerm[]): Marked {
  const searched = text.slice(0, searchedLength)
  const first = firstIn(searched, terms)
  const start = first === null ? 0 : lineOrWordStart(text, Math.max(0, first - leadLength), first)
  const shown = whole(text.slice(start, start + excerptLength)).replace(/\s/g, ' ')
  return { text: shown, ranges: rangesIn(shown, terms, shown.length) }
}

function firstIn(text: string, terms: readonly SearchTerm[]): number | null {
  for (const word of wordsIn(text)) {
    const [range] = found(word, terms)
    if (range !== undefined) return range[0]
  }
  return null
}

function rangesIn(text: string, terms: readonly SearchTerm[], end: number): Marked['ranges'] {
  const ranges: (readonly [number, number])[] = []
  for (const word of wordsIn(text)) {
    if (ranges.length >= mostRanges || word.from >= end) break
    ranges.push(...found(word, terms))
  }
  return ranges
}

/** The places in one word, in order and apart. */
function found(word: Word, terms: readonly SearchTerm[]): (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const { words, isPhrase, isExcluded } of terms) {
    if (isExcluded) continue
    for (const wanted of words) {
      const at = wanted.isSpaced === word.isSpaced ? place(word.folded, wanted, isPhrase) : -1
      if (at >= 0) ranges.push(inText(word, at, wanted.folded.length))
    }
  }
  ranges.sort(([a], [b]) => a - b)
  return ranges.reduce<[number, number][]>((apart, [from, to]) => {
    const last = apart.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else apart.push([from, to])
    return apart
  }, [])
}

function place(folded: string, wanted: SearchTerm['words'][number], isPhrase: boolean): number {
  if (!wanted.isSpaced) return folded.indexOf(wanted.folded)
  if (isPhrase) return folded === wanted.folded ? 0 : -1
  if ([...wanted.folded].length < 3) return folded.startsWith(wanted.folded) ? 0 : -1
  return folded.indexOf(wanted.folded)
}

/** Folding can make a word longer or shorter: then all of it is marked. */
function inText({ folded, from, to }: Word, at: number, length: number): [number, number] {
  return folded.length === to - from ? [from + at, from + at + length] : [from, to]
}

function lineOrWordStart(text: string, from: number, until: number): number {
  const before = text.slice(from, until)
  const line = before.lastIndexOf('\n')
  if (line >= 0) return from + line + 1
  const space = from === 0 ? -1 : before.indexOf(' ')
  return space >= 0 ? from + space + 1 : from
}

/** Without half a character at either end. */
function whole(text: string): string {
  return text.replace(/^[\udc00-\udfff]/, '').replace(/[\ud800-\udbff]$/, '')
}
