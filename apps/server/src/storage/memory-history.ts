/** DocumentHistory in memory: nothing is ever dropped. */
import type { DocumentId } from '@weft/protocol'
import { DocumentDamaged } from '@weft/sync'
import type { Held } from './memory-held.ts'
import { heldAlive } from './memory-log.ts'
import type { Passage } from './memory-passage.ts'
import { type DocumentHistory, RevisionMissing } from './storage.ts'

const entriesAtOnce = 256

export function memoryHistory(
  documents: ReadonlyMap<DocumentId, Held>,
  passage: Passage,
  isDamaged: (document: DocumentId) => boolean,
): DocumentHistory {
  return {
    read: (document, position) =>
      passage.read(() => {
        const { record, snapshot, entries, past } = heldAlive(documents, document)
        if (isDamaged(document)) throw new DocumentDamaged(`document ${document} is damaged`)
        if (position > record.revision)
          throw new RevisionMissing(`document ${document} has no revision ${position}`)
        const start = snapshot !== null && snapshot.position <= position ? [snapshot] : []
        const later = [...(start.length > 0 ? [] : past), ...entries].filter(
          (entry) => entry.position <= position,
        )
        return {
          updates: [...start, ...later].map(({ bytes }) => new Uint8Array(bytes)),
          actors: [...start.map(() => null), ...later.map(({ actor }) => actor)],
          index: null,
          owners: new Map(),
          head: position,
          lineage: record.lineage,
          kind: record.kind,
        }
      }),

    positionAt: (document, time) =>
      passage.read(() => {
        const { entries, past } = heldAlive(documents, document)
        return [...past, ...entries].findLast(({ at }) => at <= time)?.position ?? 0
      }),

    entries: (document, after) =>
      passage.read(() => {
        const { record, entries, past } = heldAlive(documents, document)
        if (isDamaged(document)) throw new DocumentDamaged(`document ${document} is damaged`)
        if (after > record.revision)
          throw new RevisionMissing(`document ${document} has no revision ${after}`)
        return {
          entries: [...past, ...entries]
            .filter(({ position }) => position > after)
            .slice(0, entriesAtOnce)
            .map(({ bytes, actor, at }) => ({ update: new Uint8Array(bytes), actor, at })),
          head: record.revision,
          lineage: record.lineage,
          kind: record.kind,
        }
      }),
  }
}
