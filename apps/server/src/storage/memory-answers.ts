/** AnswerStore in memory. */
import type { Passage } from './memory-passage.ts'
import type { AnswerStore, FirstRequest, KeptRequest, RepeatableRequest } from './storage.ts'

export function memoryAnswers(passage: Passage): AnswerStore {
  const kept = new Map<string, KeptRequest>()

  function put({ fingerprint, at, ...place }: FirstRequest, more: Partial<KeptRequest>): void {
    const before = kept.get(placeOf(place))
    // Behind those that came before.
    kept.delete(placeOf(place))
    kept.set(placeOf(place), { note: before?.note ?? null, answer: null, ...more, fingerprint, at })
  }

  return {
    find: (request) => passage.read(() => kept.get(placeOf(request)) ?? null),
    note: (request, note) => passage.write(() => put(request, { note })),
    keep(request, answer) {
      const body = answer.body === null ? null : new Uint8Array(answer.body)
      return passage.write(() => put(request, { answer: { ...answer, body } }))
    },
    forget: (request) => passage.write(() => void kept.delete(placeOf(request))),
    purge: (time, most) =>
      passage.write(() => {
        const old = [...kept].filter(([, { at }]) => at < time).sort(([, a], [, b]) => a.at - b.at)
        for (const [place] of old.slice(0, most)) kept.delete(place)
        return Math.min(old.length, most)
      }),
  }
}

function placeOf({ actor, key }: RepeatableRequest): string {
  return JSON.stringify([actor, key])
}
