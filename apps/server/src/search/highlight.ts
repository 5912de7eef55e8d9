/** Where in a text what was searched for stands, and the part of it that is worth showing. */
import type { Marked } from './search.ts'
import type { SearchTerm } from './search-query.ts'
import { foldedWord, type Word, wordsIn } from './words.ts'

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
    const [range] = found(text, word, terms)
    if (range !== undefined) return range[0]
  }
  return null
}

function rangesIn(text: string, terms: readonly SearchTerm[], end: number): Marked['ranges'] {
  const ranges: [number, number][] = []
  for (const word of wordsIn(text)) {
    if (ranges.length >= mostRanges || word.from >= end) break
    ranges.push(...found(text, word, terms))
  }
  return apart(ranges)
}

/** The places in one word, in order. */
function found(text: string, word: Word, terms: readonly SearchTerm[]): [number, number][] {
  const ranges: [number, number][] = []
  for (const { words, isPhrase, isExcluded } of terms) {
    if (isExcluded) continue
    for (const wanted of words) {
      const at = wanted.isSpaced === word.isSpaced ? place(word.folded, wanted, isPhrase) : -1
      if (at >= 0) ranges.push(inText(text, word, at, wanted.folded))
    }
  }
  return ranges.sort(([a], [b]) => a - b)
}

/** Those that touch are one. */
function apart(ranges: readonly [number, number][]): [number, number][] {
  return ranges.reduce<[number, number][]>((so, [from, to]) => {
    const last = so.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else so.push([from, to])
    return so
  }, [])
}

function place(folded: string, wanted: SearchTerm['words'][number], isPhrase: boolean): number {
  if (!wanted.isSpaced) return folded.indexOf(wanted.folded)
  if (isPhrase) return folded === wanted.folded ? 0 : -1
  if ([...wanted.folded].length < 3) return folded.startsWith(wanted.folded) ? 0 : -1
  return folded.indexOf(wanted.folded)
}

/** Folding can make a part of a word longer, shorter, or move it: where it is not what is found there, all of the word is marked. */
function inText(text: string, word: Word, at: number, wanted: string): [number, number] {
  const { folded, from, to } = word
  const start = from + at
  const part = text.slice(start, start + wanted.length)
  // Half of a character is left out when it is folded.
  const isThere = folded.length === to - from && part.isWellFormed() && foldedWord(part) === wanted
  return isThere ? [start, start + wanted.length] : [from, to]
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
