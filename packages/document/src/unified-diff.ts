/** Unified diffs of one text: read, written, and laid onto a text that may have moved on since. */
import { DIFF_EQUAL, DIFF_INSERT, makeDiff } from '@sanity/diff-match-patch'
import { changesBetween } from './changes-between.ts'
import { type Misfit, misfitsShown } from './edits.ts'
import { linesOf, shortened } from './lines.ts'
import type { TextChange } from './text-change.ts'

export interface Hunk {
  /** The first line that it speaks of, from 1; where nothing is removed or kept, the line before. */
  readonly line: number
  readonly parts: readonly HunkPart[]
}

/** A line, with its LF unless the diff says that it has none. */
export interface HunkPart {
  readonly type: 'keep' | 'remove' | 'add'
  readonly text: string
}

export class MalformedDiff extends Error {
  override name = 'MalformedDiff'
}

const partTypes = { ' ': 'keep', '-': 'remove', '+': 'add' } as const

/** The hunks of a diff of one file. What stands around them is skipped. Throws {@link MalformedDiff}. */
export function parseDiff(diff: string): readonly Hunk[] {
  const lines = linesOf(diff).map((line) => line.replace(/\n$/, ''))
  const hunks: Hunk[] = []
  let files = 0
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    at++
    const header = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@/.exec(line)
    if (header === null) {
      if (line.startsWith('@@')) throw new MalformedDiff(`line ${at}: not a hunk header`)
      if (line.startsWith('--- ') && ++files > 1)
        throw new MalformedDiff(`line ${at}: the diff of a second file`)
      continue
    }
    const [, start = '0', before = '1', after = '1'] = header
    const hunk = readParts(lines, at, Number(before), Number(after))
    at = hunk.end
    hunks.push({ line: Number(start), parts: hunk.parts })
  }
  if (hunks.length === 0) throw new MalformedDiff('there is no hunk in it')
  return hunks
}

function readParts(lines: readonly string[], start: number, before: number, after: number) {
  const parts: HunkPart[] = []
  let [old, fresh, at] = [before, after, start]
  for (; old > 0 || fresh > 0; at++) {
    const line = lines[at]
    if (line === undefined) throw new MalformedDiff(`line ${at}: the hunk ends too early`)
    if (line.startsWith('\\')) {
      dropLineEnd(parts)
      continue
    }
    // Some programs strip the blank of a blank line that is kept.
    const type = partTypes[(line.charAt(0) || ' ') as keyof typeof partTypes]
    if (type === undefined) throw new MalformedDiff(`line ${at + 1}: neither kept, removed nor added`)
    parts.push({ type, text: `${line.slice(1)}\n` })
    if (type !== 'add') old--
    if (type !== 'remove') fresh--
  }
  if (old < 0 || fresh < 0) throw new MalformedDiff(`line ${at}: the hunk is longer than its header says`)
  if (lines[at]?.startsWith('\\') === true) {
    dropLineEnd(parts)
    at++
  }
  return { parts, end: at }
}

function dropLineEnd(parts: HunkPart[]): void {
  const last = parts.at(-1)
  if (last !== undefined) parts[parts.length - 1] = { ...last, text: last.text.replace(/\n$/, '') }
}

/** Kept lines at either end of a hunk that may differ; lines that it may have moved. */
const fuzz = 2
const reach = 10_000

/**
 * The changes that the hunks mean in `text`: each at its line, else at the nearest one where all that it keeps and
 * removes is found; in the last resort without its outermost kept lines. All or none.
 */
export function resolveDiff(
  text: string,
  hunks: readonly Hunk[],
): { readonly changes: readonly TextChange[] } | { readonly misfits: readonly Misfit[] } {
  const lines = linesOf(text)
  const starts = startsOf(lines)
  const changes: TextChange[] = []
  const misfits: Misfit[] = []
  let moved = 0
  let free = 0
  for (const [edit, hunk] of hunks.entries()) {
    const found = place(lines, hunk, moved, free)
    if (found === null) {
      const near = Math.min(Math.max(hunk.line - 1, 0), Math.max(lines.length - 1, 0))
      const excerpt = shortened((lines[near] ?? '').replace(/\n$/, ''))
      misfits.push({ edit, reason: 'absent', found: [{ line: near + 1, excerpt }] })
      if (misfits.length === misfitsShown) break
      continue
    }
    const { at, parts } = found
    const length = parts.filter(({ type }) => type !== 'add').length
    moved = found.moved
    free = at + length
    const from = starts[at] ?? text.length
    const before = lines.slice(at, at + length).join('')
    for (const change of changesBetween(before, rewritten(lines, at, parts)))
      changes.push({ ...change, from: from + change.from, to: from + change.to })
  }
  return misfits.length > 0 ? { misfits } : { changes }
}

interface Placed {
  readonly at: number
  readonly moved: number
  readonly parts: readonly HunkPart[]
}

function place(lines: readonly string[], hunk: Hunk, moved: number, free: number): Placed | null {
  for (let loose = 0; loose <= fuzz; loose++) {
    const { parts, dropped } = withoutOuter(hunk.parts, loose)
    if (loose > 0 && parts.length === hunk.parts.length) return null
    const old = parts.filter(({ type }) => type !== 'add')
    // What it would be known by is gone.
    if (loose > 0 && old.length === 0) return null
    const hasOld = hunk.parts.some(({ type }) => type !== 'add')
    // Without any line to know it by, it goes where it says.
    const expected = hunk.line - (hasOld ? 1 : 0) + dropped + moved
    const farthest = old.length === 0 ? 0 : reach
    for (let distance = 0; distance <= farthest; distance++) {
      for (const at of distance === 0 ? [expected] : [expected - distance, expected + distance]) {
        if (at < free || at + old.length > lines.length) continue
        if (old.every((part, index) => bare(part.text) === bare(lines[at + index] ?? '')))
          return { at, moved: at - (expected - moved), parts }
      }
    }
  }
  return null
}

function withoutOuter(parts: readonly HunkPart[], loose: number) {
  const first = parts.findIndex(({ type }) => type !== 'keep')
  const last = parts.findLastIndex(({ type }) => type !== 'keep')
  const dropped = Math.min(loose, Math.max(first, 0))
  return { parts: parts.slice(dropped, Math.max(last + 1, parts.length - loose)), dropped }
}

/** Kept lines as they stand in the text, which may lack the last LF. */
function rewritten(lines: readonly string[], at: number, parts: readonly HunkPart[]): string {
  let old = at
  const made: string[] = []
  for (const { type, text } of parts) {
    if (type !== 'add') old++
    if (type === 'add') made.push(text)
    else if (type === 'keep') made.push(lines[old - 1] ?? '')
  }
  const isLast = old >= lines.length
  return made
    .map((line, index) => (line.endsWith('\n') || (isLast && index === made.length - 1) ? line : `${line}\n`))
    .join('')
}

function bare(line: string): string {
  return line.endsWith('\n') ? line.slice(0, -1) : line
}

function startsOf(lines: readonly string[]): readonly number[] {
  let at = 0
  return lines.map((line) => {
    const start = at
    at += line.length
    return start
  })
}

const context = 3

/** The diff that makes `after` of `before`; empty if they are equal. */
export function unifiedDiff(
  before: string,
  after: string,
  names: { readonly from: string; readonly to: string },
): string {
  if (before === after) return ''
  const hunks = groupsOf(partsBetween(linesOf(before), linesOf(after))).map(renderHunk)
  return `--- ${names.from}\n+++ ${names.to}\n${hunks.join('')}`
}

/** Line by line: each different line is one letter, and the letters are compared. */
function partsBetween(before: readonly string[], after: readonly string[]): readonly HunkPart[] {
  const letters = new Map<string, string>()
  const lineOf = new Map<string, string>()
  const spell = (lines: readonly string[]) =>
    lines
      .map((line) => {
        const letter = letters.get(line) ?? String.fromCharCode(1 + letters.size)
        letters.set(line, letter)
        lineOf.set(letter, line)
        return letter
      })
      .join('')
  const [old, fresh] = [spell(before), spell(after)]
  // Beyond these, letters come in pairs.
  if (letters.size > 0xd000) return [...before.map(as('remove')), ...after.map(as('add'))]
  return makeDiff(old, fresh, { checkLines: false, timeout: 1 }).flatMap(([type, word]) => {
    const part = as(type === DIFF_EQUAL ? 'keep' : type === DIFF_INSERT ? 'add' : 'remove')
    return Array.from(word, (letter) => part(lineOf.get(letter) ?? ''))
  })
}

function as(type: HunkPart['type']) {
  return (text: string): HunkPart => ({ type, text })
}

interface Group {
  readonly parts: HunkPart[]
  readonly oldLine: number
  readonly newLine: number
}

/** Changes with the lines around them; those that share such lines are one hunk. */
function groupsOf(parts: readonly HunkPart[]): readonly Group[] {
  const groups: Group[] = []
  let [oldLine, newLine, last] = [1, 1, Number.NEGATIVE_INFINITY]
  parts.forEach((part, index) => {
    if (part.type !== 'keep') {
      const group = groups.at(-1)
      const start = Math.max(0, index - context)
      if (group !== undefined && start <= last + context + 1)
        group.parts.push(...parts.slice(last + 1, index + 1))
      else {
        if (group !== undefined) group.parts.push(...parts.slice(last + 1, last + 1 + context))
        groups.push({
          parts: parts.slice(start, index + 1),
          oldLine: oldLine - (index - start),
          newLine: newLine - (index - start),
        })
      }
      last = index
    }
    if (part.type !== 'add') oldLine++
    if (part.type !== 'remove') newLine++
  })
  groups.at(-1)?.parts.push(...parts.slice(last + 1, last + 1 + context))
  return groups
}

function renderHunk({ parts, oldLine, newLine }: Group): string {
  const old = parts.filter(({ type }) => type !== 'add').length
  const fresh = parts.filter(({ type }) => type !== 'remove').length
  const signs = { keep: ' ', remove: '-', add: '+' } as const
  const body = parts.map(({ type, text }) =>
    text.endsWith('\n') ? signs[type] + text : `${signs[type]}${text}\n\\ No newline at end of file\n`,
  )
  // A side without lines is named by the line before it.
  const header = `@@ -${old === 0 ? oldLine - 1 : oldLine},${old} +${fresh === 0 ? newLine - 1 : newLine},${fresh} @@`
  return `${header}\n${body.join('')}`
}
