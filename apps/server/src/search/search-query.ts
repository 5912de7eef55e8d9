/** What people type into a search: words, "phrases", -words, and filters such as tag:plan. */
import { type ActorId, type FolderId, limits, normalTag } from '@weft/protocol'
import { wordsIn } from './words.ts'

/** Words that stand next to each other; one alone may be a part of a word. */
export interface SearchTerm {
  readonly words: readonly { readonly folded: string; readonly isSpaced: boolean }[]
  readonly isPhrase: boolean
  /** Documents that have it are left out. */
  readonly isExcluded: boolean
}

export interface SearchFilters {
  /** In any of these; `null`: anywhere. */
  readonly folders: readonly FolderId[] | null
  /** All of these. */
  readonly tags: readonly string[]
  readonly author: ActorId | null
  /** Changed in this time, milliseconds since 1970. */
  readonly from: number | null
  readonly before: number | null
}

export interface ParsedSearch {
  readonly terms: readonly SearchTerm[]
  /** As they were typed: an id or a name. */
  readonly folders: readonly string[]
  readonly tags: readonly string[]
  readonly author: string | null
  readonly from: number | null
  readonly before: number | null
}

/** What is wrong with a query, in words for whoever typed it. */
export class MalformedSearch extends Error {
  override name = 'MalformedSearch'
}

const dayMs = 24 * 60 * 60 * 1_000
/** -key:"value", -"phrase" or -word; a quote that is not closed goes to the end. */
const part = /(-?)(?:(folder|tag|author|before|after):)?(?:"([^"]*)"?|(\S+))/giu

/** Throws {@link MalformedSearch}. */
export function parseSearch(text: string): ParsedSearch {
  const terms: SearchTerm[] = []
  const folders: string[] = []
  const tags: string[] = []
  let author: string | null = null
  let from: number | null = null
  let before: number | null = null
  for (const [, minus = '', key = '', quoted, plain = ''] of text.matchAll(part)) {
    const value = quoted ?? plain
    switch (minus === '' ? key.toLowerCase() : '') {
      case 'folder':
        folders.push(value)
        break
      case 'tag':
        tags.push(tagOf(value))
        break
      case 'author':
        author = value
        break
      case 'before':
        before = dayOf(value)
        break
      case 'after':
        from = dayOf(value) + dayMs
        break
      default: {
        const term = termOf(key === '' ? value : `${key}:${value}`, quoted !== undefined, minus !== '')
        if (term.words.length > 0) terms.push(term)
      }
    }
  }
  const count = terms.reduce((sum, { words }) => sum + words.length, 0)
  if (count > limits.searchWords)
    throw new MalformedSearch(`A search has at most ${limits.searchWords} words.`)
  return { terms, folders, tags, author, from, before }
}

function termOf(text: string, isQuoted: boolean, isExcluded: boolean): SearchTerm {
  const words = [...wordsIn(text)].map(({ folded, isSpaced }) => ({ folded, isSpaced }))
  return { words, isPhrase: isQuoted || words.length > 1, isExcluded }
}

function tagOf(value: string): string {
  const tag = normalTag(value)
  if (tag === null) throw new MalformedSearch(`${JSON.stringify(value)} is no tag.`)
  return tag
}

/** The beginning of a day, UTC. */
function dayOf(value: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  // Some engines take the 30th of February for a day in March.
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== value)
    throw new MalformedSearch(`${JSON.stringify(value)} is no date such as 2026-11-21.`)
  return at
}
