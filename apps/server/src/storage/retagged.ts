import { limits } from '@weft/protocol'
import type { DocumentChanges } from './storage.ts'

/** The tags after a change, in order; `null`: they are too many. */
export function retagged(
  before: readonly string[],
  { remove, add }: NonNullable<DocumentChanges['retag']>,
): readonly string[] | null {
  const kept = before.filter((tag) => !remove.includes(tag))
  const after = [...new Set([...kept, ...add])].sort()
  return after.length > limits.tagsPerDocument ? null : after
}

export const tooManyTags = `A document has at most ${limits.tagsPerDocument} tags.`
