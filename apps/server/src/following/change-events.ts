/** Has the storage tell of changed documents, every few seconds, and spreads the word when it did. */
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { EventStore } from '../storage/storage.ts'
import type { NewsDesk } from './news.ts'

export interface ChangeEventsDeps {
  readonly events: EventStore
  readonly desk: Pick<NewsDesk, 'news' | 'takeChanged'>
  readonly timers: Timers
  readonly onFailure: (error: unknown) => void
}

/** Begins with what an earlier process left untold. Returns how to stop. */
export function tellChangesInTime({ events, desk, timers, onFailure }: ChangeEventsDeps): () => void {
  let cancel = () => {}
  let isStopped = false
  let isDue = true

  async function tell(): Promise<void> {
    // Taken before the work: what is stored meanwhile makes it due again.
    isDue = desk.takeChanged() || isDue
    if (!isDue) return
    isDue = false
    for (let left = true; left && !isStopped; ) {
      const outcome = await events.tellChanges(timers.now())
      left = outcome.left
      if (outcome.told > 0) desk.news.spread(null)
    }
  }

  function next(): void {
    void tell()
      .catch((error: unknown) => {
        isDue = true
        onFailure(error)
      })
      .finally(() => {
        if (!isStopped) cancel = timers.after(limits.changedEventMs, next)
      })
  }
  next()
  return () => {
    isStopped = true
    cancel()
  }
}
