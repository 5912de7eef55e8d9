/**
 * The client ids under which programs write, to be used again: a document remembers each id for good, so that a
 * program that took a new one for every write would fill it.
 *
 * Rule: an id is in the pool only while nobody writes with it, together with how far it has written. Who does not know
 * whether a write was stored does not give its id back.
 */
import type { ActorId, DocumentId } from '@weft/protocol'
import { LRUCache } from 'lru-cache'

export interface WritingClient {
  readonly client: number
  /** How far it has written. */
  readonly clock: number
}

export interface WritingPlace {
  readonly document: DocumentId
  readonly lineage: string
  readonly actor: ActorId
}

export interface WritingClients {
  /** `null`: take a new one. */
  take(place: WritingPlace): WritingClient | null
  give(place: WritingPlace, client: WritingClient): void
}

const places = 10_000
/** Of one actor in one document: who writes more at once takes new ones. */
const perPlace = 64

export function writingClients(): WritingClients {
  const idle = new LRUCache<string, WritingClient[]>({ max: places })
  const keyOf = ({ document, lineage, actor }: WritingPlace) => `${document} ${lineage} ${actor}`
  return {
    take: (place) => idle.get(keyOf(place))?.pop() ?? null,
    give(place, client) {
      const key = keyOf(place)
      const here = idle.get(key) ?? []
      if (here.length < perPlace) here.push(client)
      idle.set(key, here)
    },
  }
}
