/** The update log in memory. Each function that `passage` runs is one transaction: nothing comes between. */
import type { DocumentId } from '@weft/protocol'
import { DocumentDamaged, DocumentGone, type LogEntry, type UpdateLog } from '@weft/sync'
import type { MemoryEvents } from './memory-events.ts'
import type { Held } from './memory-held.ts'
import type { Passage } from './memory-passage.ts'

export function memoryLog(
  documents: ReadonlyMap<DocumentId, Held>,
  passage: Passage,
  isDamaged: (document: DocumentId) => boolean,
  events: Pick<MemoryEvents, 'noteChange'>,
): UpdateLog {
  const alive = (document: DocumentId) => heldAlive(documents, document)

  return {
    read: (document, after) =>
      passage.read(() => {
        const { record, snapshot, entries } = alive(document)
        if (isDamaged(document)) throw new DocumentDamaged(`document ${document} is damaged`)
        const folded = snapshot !== null && after < snapshot.position ? [snapshot] : []
        const later = entries.filter(({ position }) => position > after)
        return {
          updates: [...folded, ...later].map(({ bytes }) => new Uint8Array(bytes)),
          actors: [...folded.map(() => null), ...later.map(({ actor }) => actor)],
          index: folded[0]?.index ?? null,
          owners: new Map(folded[0]?.owners),
          head: record.revision,
          lineage: record.lineage,
          kind: record.kind,
        }
      }),

    append(document, entries) {
      // Before anything waits: the caller may change its bytes as soon as this returns.
      const copies = entries.map(copyEntry)
      return passage.write(() => {
        const held = alive(document)
        let position = held.record.revision
        for (const { update, actor, at } of copies) {
          held.entries.push({ position: ++position, bytes: update, actor, at })
          held.record = { ...held.record, revision: position, updatedAt: at }
        }
        if (copies.length > 0) events.noteChange(document)
        return position
      })
    },

    fold(document, snapshot, upTo) {
      const bytes = new Uint8Array(snapshot.update)
      const index = snapshot.index == null ? null : new Uint8Array(snapshot.index)
      const owners = new Map(snapshot.owners)
      return passage.write(() => {
        const held = alive(document)
        const head = held.record.revision
        if (!Number.isInteger(upTo) || upTo < 0 || upTo > head)
          throw new RangeError(`cannot fold document ${document} up to ${upTo}: its log ends at ${head}`)
        if (upTo <= (held.snapshot?.position ?? 0)) return
        held.past.push(...held.entries.filter(({ position }) => position <= upTo))
        held.snapshot = { position: upTo, bytes, index, owners }
        held.entries = held.entries.filter(({ position }) => position > upTo)
      })
    },
  }
}

/** Throws DocumentGone. */
export function heldAlive(documents: ReadonlyMap<DocumentId, Held>, document: DocumentId): Held {
  const held = documents.get(document)
  if (held === undefined || held.record.trashedAt !== null)
    throw new DocumentGone(`document ${document} is deleted, in the trash, or was never there`)
  return held
}

function copyEntry({ update, actor, at }: LogEntry): LogEntry {
  return { update: new Uint8Array(update), actor, at }
}
