/**
 * Who had which document open, for the list of what one worked on last. Noted when somebody enters a room, or reads
 * or writes content over REST; stored some seconds later, many at once. A crash forgets those seconds, no more.
 *
 * Whoever has no identity of their own is not remembered: the list would be everybody's.
 */
import type { Actor, DocumentId } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import { anonymous } from './access.ts'
import type { ActorMarks, Opening } from './storage/storage.ts'

export interface Openings {
  note(actor: Actor, document: DocumentId): void
  /** Stores what waits. */
  close(): Promise<void>
}

const gatherMs = 2_000
/** Above this the oldest are stored at once, in portions that nobody waits for. */
const mostWaiting = 256

export function createOpenings(
  marks: Pick<ActorMarks, 'noteOpenings'>,
  timers: Timers,
  onFailure: (error: unknown) => void,
): Openings {
  const waiting = new Map<string, Opening>()
  let cancel: (() => void) | null = null

  async function flush(): Promise<void> {
    cancel?.()
    cancel = null
    const openings = [...waiting.values()]
    waiting.clear()
    if (openings.length > 0) await marks.noteOpenings(openings).catch(onFailure)
  }

  return {
    note(actor, document) {
      if (actor.id === anonymous.id) return
      waiting.set(`${document} ${actor.id}`, { actor: actor.id, document, at: timers.now() })
      if (waiting.size >= mostWaiting) void flush()
      else cancel ??= timers.after(gatherMs, () => void flush())
    },
    close: flush,
  }
}
