import { type ActorId, type DocumentId, limits } from '@weft/protocol'
import type { Held } from './memory-held.ts'
import type { Passage } from './memory-passage.ts'
import { type ActorMarks, LimitReached } from './storage.ts'

export interface MemoryMarks extends ActorMarks {
  isStarred(actor: ActorId, document: DocumentId): boolean
}

export function memoryMarks(documents: ReadonlyMap<DocumentId, Held>, passage: Passage): MemoryMarks {
  const stars = new Map<ActorId, Set<DocumentId>>()
  const opened = new Map<ActorId, Map<DocumentId, number>>()

  const isStarred = (actor: ActorId, document: DocumentId) => stars.get(actor)?.has(document) === true

  function openingsOf(actor: ActorId) {
    return [...(opened.get(actor) ?? [])]
      .filter(([document]) => documents.has(document))
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, limits.recentPerActor)
      .map(([document, at]) => ({ actor, document, at }))
  }

  return {
    isStarred,
    star: (actor, document) =>
      passage.write(() => {
        if (isStarred(actor, document)) return
        const own = stars.get(actor) ?? new Set()
        if (own.size >= limits.starsPerActor)
          throw new LimitReached(`One can star ${limits.starsPerActor} documents.`)
        if (documents.has(document)) stars.set(actor, own.add(document))
      }),
    unstar: (actor, document) =>
      passage.write(() => {
        stars.get(actor)?.delete(document)
      }),
    starred: (actor, asked) => passage.read(() => asked.filter((document) => isStarred(actor, document))),
    noteOpenings: (openings) =>
      passage.write(() => {
        for (const { actor, document, at } of openings) {
          if (!documents.has(document)) continue
          const own = opened.get(actor) ?? new Map<DocumentId, number>()
          opened.set(actor, own.set(document, Math.max(at, own.get(document) ?? at)))
        }
        for (const { actor } of openings)
          opened.set(actor, new Map(openingsOf(actor).map(({ document, at }) => [document, at])))
      }),
    openings: (actor) => passage.read(() => openingsOf(actor)),
    forgetOpenings: (before) =>
      passage.write(() => {
        for (const [actor, own] of opened)
          opened.set(actor, new Map([...own].filter(([, at]) => at >= before)))
      }),
  }
}
