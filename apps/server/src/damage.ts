/** Documents whose checksums fail are counted, and named in the log once; whoever asks for them is refused by others. */
import type { DocumentId } from '@weft/protocol'
import { DocumentDamaged, type UpdateLog } from '@weft/sync'
import type { Logger } from './log.ts'

export interface DamageWatch {
  readonly log: UpdateLog
  /** How many damaged documents were met since the start. */
  readonly documents: number
}

export function watchDamage(log: UpdateLog, logger: Logger): DamageWatch {
  const met = new Set<DocumentId>()
  return {
    get documents() {
      return met.size
    },
    log: {
      async read(document, after) {
        try {
          return await log.read(document, after)
        } catch (error) {
          if (error instanceof DocumentDamaged && !met.has(document)) {
            met.add(document)
            logger.error({ document, reason: error.message }, 'document damaged')
          }
          throw error
        }
      },
      append: (document, entries) => log.append(document, entries),
      fold: (document, snapshot, upTo) => log.fold(document, snapshot, upTo),
    },
  }
}
