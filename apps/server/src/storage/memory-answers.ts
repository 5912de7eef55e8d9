/** AnswerStore in memory. */
import type { DocumentId } from '@weft/protocol'
import type { Passage } from './memory-passage.ts'
import type { AnswerStore, FirstRequest, KeptRequest, RepeatableRequest } from './storage.ts'

export interface MemoryAnswers extends AnswerStore {
  /** The document is deleted for good. */
  forgetDocument(id: DocumentId): void
}

export function memoryAnswers(passage: Passage): MemoryAnswers {
  const kept = new Map<string, KeptRequest>()
  /** What each tells of. */
  const documents = new Map<string, string>()
  const gone = new Set<string>()

  function put({ fingerprint, at, ...place }: FirstRequest, more: Partial<KeptRequest>): void {
    const before = kept.get(placeOf(place))
    // Behind those that came before.
    kept.delete(placeOf(place))
    kept.set(placeOf(place), { note: before?.note ?? null, answer: null, ...more, fingerprint, at })
  }

  return {
    forgetDocument(id) {
      gone.add(id)
      for (const [place, { answer, ...request }] of kept) {
        if (answer !== null && documents.get(place) === id)
          kept.set(place, { ...request, answer: { ...answer, body: null } })
      }
    },
    find: (request) => passage.read(() => kept.get(placeOf(request)) ?? null),
    note: (request, note) => passage.write(() => put(request, { note })),
    keep(request, { document = null, ...answer }) {
      const copy = answer.body === null ? null : new Uint8Array(answer.body)
      return passage.write(() => {
        const isGone = document !== null && gone.has(document)
        put(request, { answer: { ...answer, body: isGone ? null : copy } })
        if (document === null) documents.delete(placeOf(request))
        else documents.set(placeOf(request), document)
      })
    },
    forget: (request) => passage.write(() => void kept.delete(placeOf(request))),
    purge: (time, most) =>
      passage.write(() => {
        const old = [...kept].filter(([, { at }]) => at < time).sort(([, a], [, b]) => a.at - b.at)
        for (const [place] of old.slice(0, most)) {
          kept.delete(place)
          documents.delete(place)
        }
        return Math.min(old.length, most)
      }),
  }
}

function placeOf({ actor, key }: RepeatableRequest): string {
  return JSON.stringify([actor, key])
}
