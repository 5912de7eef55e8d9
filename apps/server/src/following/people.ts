/** Who is in which document of this process, one entry for each person however many windows they have. */
import type { Actor, ActorId, DocumentId } from '@weft/protocol'
import type { People } from '@weft/sync'

export interface Attendance extends People {
  in(document: DocumentId): ReadonlyMap<ActorId, Actor>
}

/** `onChange`: somebody came or went. */
export function attendance(onChange: (document: DocumentId) => void): Attendance {
  const counts = new Map<DocumentId, Map<ActorId, number>>()
  const actors = new Map<DocumentId, Map<ActorId, Actor>>()

  return {
    entered(document, actor) {
      const ours = counts.get(document) ?? new Map<ActorId, number>()
      counts.set(document, ours)
      const before = ours.get(actor.id) ?? 0
      ours.set(actor.id, before + 1)
      if (before > 0) return
      actors.set(document, new Map([...(actors.get(document) ?? []), [actor.id, actor]]))
      onChange(document)
    },
    left(document, actor) {
      const ours = counts.get(document)
      const before = ours?.get(actor.id) ?? 0
      if (ours === undefined || before === 0) return
      if (before > 1) {
        ours.set(actor.id, before - 1)
        return
      }
      ours.delete(actor.id)
      if (ours.size === 0) counts.delete(document)
      const rest = new Map([...(actors.get(document) ?? [])].filter(([id]) => id !== actor.id))
      if (rest.size === 0) actors.delete(document)
      else actors.set(document, rest)
      onChange(document)
    },
    in: (document) => actors.get(document) ?? nobody,
  }
}

const nobody: ReadonlyMap<ActorId, Actor> = new Map()
