/**
 * What every AnswerStore promises:
 *
 * N1  What is kept of a request is found by its actor and key, and by no others.
 * N2  A note stays beside the answer that replaces it; a new note takes the answer's place.
 * N4  An answer loses its body when the document that it tells of is deleted for good.
 * N3  What is forgotten or purged is not found. The oldest are purged first, never those that came later.
 */
import type { AnswerStore, FirstRequest, KeptAnswer } from '@weft/server/storage/storage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { type Adapter, draft, type OpenStorage, range } from './adapter.ts'

export function answersSuite(adapter: Adapter): void {
  describe(`answers: ${adapter.name}`, () => {
    let open: OpenStorage
    let answers: AnswerStore

    beforeAll(async () => {
      open = await adapter.open()
      answers = open.storage.answers
    })
    afterAll(() => open.discard())

    test('[N1] are found by actor and key', async () => {
      await answers.keep(request('a', 'k'), answer('one'))
      await answers.keep(request('a', 'k2'), answer('two'))
      await answers.keep(request('a k', '2'), { ...answer(''), body: null })
      expect(await answers.find(request('a', 'k'))).toEqual({
        fingerprint: 'of a k',
        at: 1_000,
        note: null,
        answer: { status: 201, headers: { location: '/one' }, body: new TextEncoder().encode('one') },
      })
      expect(await answers.find(request('a', 'k2'))).toMatchObject({
        answer: { headers: { location: '/two' } },
      })
      expect(await answers.find(request('a k', '2'))).toMatchObject({ answer: { body: null } })
      expect(await answers.find(request('b', 'k'))).toBeNull()
      expect(await answers.find(request('A', 'k'))).toBeNull()
    })

    test('[N2] stand beside the note, until there is a new one', async () => {
      await answers.note(request('n', 'k'), 'first')
      expect(await answers.find(request('n', 'k'))).toMatchObject({ note: 'first', answer: null })
      await answers.keep(request('n', 'k'), answer('done'))
      expect(await answers.find(request('n', 'k'))).toMatchObject({ note: 'first', answer: { status: 201 } })
      await answers.note({ ...request('n', 'k', 9_000), fingerprint: 'other' }, 'second')
      expect(await answers.find(request('n', 'k'))).toEqual({
        fingerprint: 'other',
        at: 9_000,
        note: 'second',
        answer: null,
      })
    })

    test('[N4] lose their body with the document that they tell of, and so do those that come later', async () => {
      const { documents } = open.storage
      const [goes, stays] = [draft().id, draft().id]
      for (const id of [goes, stays]) await documents.create(draft({ id }))
      const keep = (key: string, document: string) =>
        answers.keep(request('d', key), { ...answer('x'), document })
      for (const number of range(100)) await keep(`${number}`, goes)
      await keep('stays', stays)
      await keep('other', 'bulk')
      await documents.trash(goes, 1)
      await documents.purge([goes], 2)
      await keep('late', goes)
      const bodyOf = async (key: string) => (await answers.find(request('d', key)))?.answer?.body
      await until(async () => (await bodyOf('99')) === null)
      for (const key of ['0', '50', 'late']) expect(await bodyOf(key)).toBeNull()
      for (const key of ['stays', 'other']) expect(await bodyOf(key)).toEqual(new TextEncoder().encode('x'))
    })

    test('[N3] are forgotten, and purged by age', async () => {
      await answers.note(request('f', 'k', 50_000), 'note')
      await answers.forget(request('f', 'k'))
      await answers.forget(request('f', 'never'))
      expect(await answers.find(request('f', 'k'))).toBeNull()
      await answers.purge(40_000, 1_000)
      for (const number of range(10))
        await answers.keep(request('p', `${9 - number}`, number * 100), answer('x'))
      expect(await answers.purge(500, 3)).toBe(3)
      expect(await answers.purge(500, 3)).toBe(2)
      expect(await answers.purge(500, 3)).toBe(0)
      const left = range(10).map(async (number) => (await answers.find(request('p', `${number}`)))?.at)
      expect((await Promise.all(left)).filter((at) => at !== undefined)).toEqual([900, 800, 700, 600, 500])
    })
  })
}

function request(actor: string, key: string, at = 1_000): FirstRequest {
  return { actor, key, at, fingerprint: `of ${actor} ${key}` }
}

function answer(text: string): KeptAnswer {
  return { status: 201, headers: { location: `/${text}` }, body: new TextEncoder().encode(text) }
}
