/**
 * What differs between two texts, as few places as show it well. Offsets are UTF-16 units, as Yjs counts them.
 *
 * The places matter more than their number: whatever is deleted and typed again loses the carets, comments and
 * authors that stood in it, and a letter that two different words happen to share ties nothing together.
 */
import { cleanupSemantic, DIFF_DELETE, DIFF_EQUAL, makeDiff } from '@sanity/diff-match-patch'
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
  for (const [type, text] of cleanupSemantic(makeDiff(before, after, { timeout: diffSeconds }))) {
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
