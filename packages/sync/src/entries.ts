/**
 * What a turn appends to the log: one entry for each actor, so that history knows who wrote what.
 *
 * Rule: an entry builds only on what is before it, or nobody could open the document. People who hear of each other
 * here alone write nothing else in one turn; some also hear of each other by another way, and then what answers
 * another's update of the same turn is an entry of its own, behind that one.
 */
import type { ActorId } from '@weft/protocol'
import { forEachDelete } from './delete-set.ts'
import { merge } from './merge.ts'
import type { LogEntry } from './ports.ts'
import type { ScannedUpdate } from './scan.ts'
import type { StateVector } from './state-vector.ts'
import type { Turn } from './uncommitted.ts'

/** `committed`: what the log holds. */
export function entriesOf(
  { updates, actors }: Turn,
  committed: StateVector,
  at: number,
): readonly LogEntry[] {
  const [first] = actors
  if (first === undefined) return []
  if (actors.every((actor) => actor === first)) return [{ actor: first, at, update: merge(updates) }]
  const groups: Group[] = []
  const lastOf = new Map<ActorId, Group>()
  for (const [index, update] of updates.entries()) {
    const actor = actors[index] as ActorId
    let group = lastOf.get(actor)
    if (group === undefined || (group !== groups.at(-1) && !group.mayHold(update, committed))) {
      group = new Group(actor)
      groups.push(group)
      lastOf.set(actor, group)
    }
    group.add(update)
  }
  return groups.map(({ actor, updates }) => ({ actor, at, update: merge(updates) }))
}

class Group {
  readonly actor: ActorId
  readonly updates: ScannedUpdate[] = []
  /** Who wrote it, as Yjs sees it. All that these wrote in this turn is here or in earlier entries: they are this actor's. */
  readonly #clients = new Set<number>()

  constructor(actor: ActorId) {
    this.actor = actor
  }

  add(update: ScannedUpdate): void {
    this.updates.push(update)
    for (const { client } of update.sections) this.#clients.add(client)
  }

  /** Although others wrote since. */
  mayHold({ sections, deletes }: ScannedUpdate, committed: StateVector): boolean {
    let isThere = true
    const look = (client: number, end: number) => {
      if (end > (committed.get(client) ?? 0) && !this.#clients.has(client)) isThere = false
    }
    for (const { needs } of sections) {
      for (let next = 0; next < needs.length; next += 3)
        look(needs[next + 1] as number, (needs[next + 2] as number) + 1)
    }
    forEachDelete(deletes, (client, clock, length) => look(client, clock + length))
    return isThere
  }
}
