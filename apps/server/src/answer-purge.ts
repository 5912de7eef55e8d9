import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { AnswerStore } from './storage/storage.ts'

const purgeMs = 10 * 60 * 1000
/** So that no commit waits long for it. */
const purgedAtOnce = 500
const nextPortionMs = 100

/** Drops answers that nobody may ask for any more, now and then, until it is cancelled. */
export function purgeAnswers(
  answers: AnswerStore,
  timers: Timers,
  onFailure: (error: unknown) => void,
): () => void {
  let isCancelled = false
  let cancel = () => {}

  async function purge(): Promise<void> {
    let wait = purgeMs
    try {
      const dropped = await answers.purge(timers.now() - limits.answersKeptMs, purgedAtOnce)
      if (dropped === purgedAtOnce) wait = nextPortionMs
    } catch (error) {
      onFailure(error)
    }
    if (!isCancelled) cancel = timers.after(wait, () => void purge())
  }

  cancel = timers.after(purgeMs, () => void purge())
  return () => {
    isCancelled = true
    cancel()
  }
}
