/**
 * Edits that say where by what is written there. All of a list speak of the text as it was before any of them, and
 * either all of them fit or none is made: a program that guessed wrong is told what stands where instead.
 */
import { type Place, placeAt, shortened } from './lines.ts'
import { endOfContent, findSection, type Heading } from './sections.ts'
import type { TextChange } from './text-change.ts'

export type Edit =
  /** `occurrence`: which one, from 1, or all of them; without it there must be exactly one. */
  | { readonly find: string; readonly replace: string; readonly occurrence?: number | 'all' | undefined }
  | { readonly range: { readonly from: number; readonly to: number }; readonly insert: string }
  /** On a line of its own, at the end. */
  | { readonly append: string; readonly under?: undefined }
  /** On a line of its own, at the start. */
  | { readonly prepend: string }
  /** On a line of its own, at the end of the section with this heading. */
  | { readonly under: string; readonly append: string }

export type MisfitReason = 'absent' | 'ambiguous' | 'out-of-range' | 'splits-a-character' | 'overlapping'

/** Why an edit cannot be made. */
export interface Misfit {
  /** Its index in the list. */
  readonly edit: number
  readonly reason: MisfitReason
  /** Where what it names is found; when it is nowhere, what comes near. */
  readonly found: readonly Place[]
}

export type ResolvedEdits =
  | { readonly changes: readonly TextChange[] }
  | { readonly misfits: readonly Misfit[] }

const placesShown = 10
/** To say where costs a look at the whole text. */
export const misfitsShown = 20

/** The first misfits if there are any. `most`: of more changes than that, some more are enough to know it by. */
export function resolveEdits(text: string, edits: readonly Edit[], most = Infinity): ResolvedEdits {
  const misfits: Misfit[] = []
  const changes: { readonly change: TextChange; readonly index: number }[] = []
  const alike = linesAlike(text)
  for (const [index, edit] of edits.entries()) {
    const resolved = resolve(text, edit, { alike, most })
    if ('reason' in resolved) {
      misfits.push({ edit: index, reason: resolved.reason, found: resolved.found.slice(0, placesShown) })
      if (misfits.length === misfitsShown) break
    } else for (const change of resolved.changes) changes.push({ change, index })
    if (changes.length > most) return { changes: changes.map(({ change }) => change) }
  }
  // The sort is stable: what goes to the same place stands in the order of the list.
  changes.sort((a, b) => a.change.from - b.change.from || a.change.to - b.change.to)
  for (const [at, { change, index }] of changes.entries()) {
    const before = changes[at - 1]?.change
    if (misfits.length === misfitsShown) break
    if (before !== undefined && before.to > change.from)
      misfits.push({ edit: index, reason: 'overlapping', found: [placeAt(text, change.from)] })
  }
  if (misfits.length > 0) return { misfits }
  const real = changes.map(({ change }) => change).filter((change) => !isIdle(text, change))
  return { changes: real }
}

type Resolved =
  | { readonly changes: readonly TextChange[] }
  | { readonly reason: MisfitReason; readonly found: readonly Place[] }

interface Resolving {
  readonly alike: (find: string) => readonly Place[]
  readonly most: number
}

function resolve(text: string, edit: Edit, resolving: Resolving): Resolved {
  if ('find' in edit) return resolveFind(text, edit, resolving)
  if ('range' in edit) return resolveRange(text, edit)
  if ('prepend' in edit) return { changes: [{ from: 0, to: 0, insert: closed(edit.prepend) }] }
  if (edit.under === undefined) {
    // Others may append at this moment too: either all of these lines end, or all of them begin with their end.
    const insert = text === '' || text.endsWith('\n') ? closed(edit.append) : `\n${edit.append}`
    return { changes: [{ from: text.length, to: text.length, insert: edit.append === '' ? '' : insert }] }
  }
  const found = findSection(text, edit.under)
  if ('reason' in found) return { reason: found.reason, found: found.headings.map(placeOf) }
  const at = endOfContent(text, found.section)
  const start = at === text.length && !text.endsWith('\n') ? '\n' : ''
  return { changes: [{ from: at, to: at, insert: edit.append === '' ? '' : start + closed(edit.append) }] }
}

function resolveFind(
  text: string,
  { find, replace, occurrence }: Extract<Edit, { readonly find: string }>,
  { alike, most }: Resolving,
): Resolved {
  const offsets: number[] = []
  for (let at = text.indexOf(find); at !== -1; at = text.indexOf(find, at + find.length)) {
    offsets.push(at)
    if (occurrence === 'all' && offsets.length > most) break
    if (occurrence !== 'all' && offsets.length > Math.max(placesShown, occurrence ?? 1)) break
  }
  const places = () => offsets.slice(0, placesShown).map((offset) => placeAt(text, offset))
  if (offsets.length === 0) return { reason: 'absent', found: alike(find) }
  if (occurrence === undefined && offsets.length > 1) return { reason: 'ambiguous', found: places() }
  const chosen = occurrence === 'all' ? offsets : offsets.slice((occurrence ?? 1) - 1, occurrence ?? 1)
  if (chosen.length === 0) return { reason: 'absent', found: places() }
  return { changes: chosen.map((from) => ({ from, to: from + find.length, insert: replace })) }
}

function resolveRange(
  text: string,
  { range: { from, to }, insert }: Extract<Edit, { readonly range: object }>,
): Resolved {
  if (from > to || to > text.length)
    return { reason: 'out-of-range', found: [placeAt(text, Math.min(from, text.length))] }
  if (splitsPair(text, from) || splitsPair(text, to))
    return { reason: 'splits-a-character', found: [placeAt(text, from)] }
  return { changes: [{ from, to, insert }] }
}

/** Lines that would be the first line of what is looked for, if case and blanks did not count. */
function linesAlike(text: string): Resolving['alike'] {
  let blurredLines: readonly string[] | null = null
  return (find) => {
    const wanted = blurred(find.split('\n').find((line) => line.trim() !== '') ?? '')
    if (wanted === '') return []
    blurredLines ??= text.split('\n').map(blurred)
    const near: number[] = []
    for (const [index, line] of blurredLines.entries()) {
      if (line.includes(wanted)) near.push(index)
      if (near.length === placesShown) break
    }
    if (near.length === 0) return []
    const lines = text.split('\n')
    return near.map((index) => ({ line: index + 1, excerpt: shortened(lines[index] ?? '') }))
  }
}

function blurred(line: string): string {
  return line.toLowerCase().replace(/\s+/g, '')
}

function placeOf({ level, title, line }: Heading): Place {
  return { line, excerpt: shortened(`${'#'.repeat(level)} ${title}`) }
}

function closed(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function isIdle(text: string, { from, to, insert }: TextChange): boolean {
  return text.slice(from, to) === insert
}

function splitsPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1)) && at > 0
}
