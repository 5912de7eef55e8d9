import { merge } from './merge.ts'
import { scan } from './scan.ts'

/** Fewer than these are placed one by one as quickly. */
const few = 64

/**
 * Updates in the order of a log, as few of them. Yjs takes a while for each, however small it is; one that holds many
 * is placed in a fraction of the time. What cannot be joined stays as it is, for Yjs to judge.
 */
export function joinedUpdates(updates: readonly Uint8Array[]): readonly Uint8Array[] {
  const [first, ...rest] = updates
  if (first === undefined || rest.length < few) return updates
  try {
    // The first may be a snapshot, which is large and one already.
    return [first, merge(rest.map((bytes) => ({ ...scan(bytes, 'yjs'), bytes })))]
  } catch {
    return updates
  }
}
