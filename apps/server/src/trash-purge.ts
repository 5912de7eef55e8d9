/** What has been in the trash for long is deleted for good: looked at now and then, some at a time. */
import type { Timers } from '@weft/sync'
import type { Logger } from './log.ts'
import type { Storage } from './storage/storage.ts'

export interface TrashPurgeDeps {
  readonly storage: Pick<Storage, 'documents' | 'marks'>
  readonly timers: Timers
  readonly log: Logger
}

const dayMs = 24 * 60 * 60 * 1_000
const hourMs = 60 * 60 * 1_000
/** A server that has just started has other things to do. */
const firstMs = 60_000
const purgedAtOnce = 100
/** What one had open is of use for so long. */
const openingsDays = 90

/** `days`: how long documents are in the trash; 0: for ever. Returns how to stop. */
export function startTrashPurge(deps: TrashPurgeDeps, days: number): () => void {
  const { documents, marks } = deps.storage
  let isStopped = false
  let cancel = deps.timers.after(firstMs, () => void look())

  async function look(): Promise<void> {
    try {
      await marks.forgetOpenings(deps.timers.now() - openingsDays * dayMs)
      if (days > 0) await purgeBefore(deps.timers.now() - days * dayMs)
    } catch (error) {
      deps.log.warn({ err: error }, 'trash not purged')
    }
    if (!isStopped) cancel = deps.timers.after(hourMs, () => void look())
  }

  async function purgeBefore(time: number): Promise<void> {
    let purged = 0
    while (!isStopped) {
      const ids = await documents.trashedBefore(time, purgedAtOnce)
      if (ids.length === 0) break
      purged += (await documents.purge(ids, deps.timers.now())).length
    }
    if (purged > 0) deps.log.info({ documents: purged }, 'trash purged')
  }

  return () => {
    isStopped = true
    cancel()
  }
}
