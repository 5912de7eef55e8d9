/**
 * What differs between two texts, as few places as show it well. Offsets are UTF-16 units, as Yjs counts them.
 *
 * The places matter more than their number: whatever is deleted and typed again loses the carets, comments and
 * authors that stood in it, and a letter that two different words happen to share ties nothing together.
 */
import { cleanupSemantic, DIFF_DELETE, DIFF_EQUAL, type Diff, makeDiff } from '@sanity/diff-match-patch'
import type { TextChange } from './text-change.ts'
import { wholeCharacters } from './whole-characters.ts'

/** Seconds after which a rewrite is described in larger places: lines, then all between the first and last change. */
const diffSeconds = 0.2

/** Never splits a character, or what people see as one. May differ from call to call where the time is not enough. */
export function changesBetween(before: string, after: string): readonly TextChange[] {
  if (before === after) return []
  const changes: TextChange[] = []
  let at = 0
  let change: TextChange | null = null
  const diffs = makeDiff(before, after, { timeout: diffSeconds })
  for (const [type, text] of isQuicklyCleaned(diffs) ? cleanupSemantic(diffs) : diffs) {
    if (type === DIFF_EQUAL) {
      if (change !== null) changes.push(change)
      change = null
      at += text.length
      continue
    }
    change ??= { from: at, to: at, insert: '' }
    if (type === DIFF_DELETE) {
      at += text.length
      change = { ...change, to: at }
    } else change = { ...change, insert: change.insert + text }
  }
  if (change !== null) changes.push(change)
  return wholeCharacters(before, after, changes)
}

/** UTF-16 units that may be looked at for it: some tenths of a second. */
const cleaningWork = 300_000_000

/**
 * What is added to a run of equal lines or letters, or taken from it, is moved through all of the run in search of
 * the best place, and read anew at each step: that has no time limit.
 */
function isQuicklyCleaned(diffs: readonly Diff[]): boolean {
  let work = 0
  for (const [index, [type, edit]] of diffs.entries()) {
    const [before, behind] = [diffs[index - 1], diffs[index + 1]]
    if (type === DIFF_EQUAL || before?.[0] !== DIFF_EQUAL || behind?.[0] !== DIFF_EQUAL) continue
    const steps = stepsBack(before[1], edit) + stepsOn(edit, behind[1])
    work += steps * (edit.length + before[1].length)
  }
  return work <= cleaningWork
}

function stepsBack(before: string, edit: string): number {
  let steps = 0
  while (steps < edit.length && before.at(-1 - steps) === edit.at(-1 - steps)) steps++
  return steps
}

function stepsOn(edit: string, behind: string): number {
  const text = edit + behind
  let steps = 0
  while (steps < behind.length && text.charAt(steps) === behind.charAt(steps)) steps++
  return steps
}
