/** What many are told is encoded once, and nobody gets a copy of his own. */
import type { Look } from '@weft/server/following/document-events'
import { lookAnswer, lookEvents } from '@weft/server/http/event-words'
import { expect, it } from 'vitest'

const insert = 'x'.repeat(200_000)
const look: Look = {
  told: [
    {
      step: {
        base: 1,
        revision: 2,
        actor: 'guest:ann',
        at: 0,
        told: [{ from: 0, to: 0, insert, removed: '' }],
      },
      place: { revision: 2, sequence: 7 },
    },
  ],
  from: { revision: 1, sequence: 7 },
  place: { revision: 2, sequence: 7 },
  isPart: false,
}

it('an answer to many who ask once is the same bytes for all of them, and all of them', async () => {
  const read = async () => {
    const pieces: Uint8Array[] = []
    for await (const piece of lookAnswer(look).body ?? []) pieces.push(piece)
    return pieces
  }
  const [ann, bob] = [await read(), await read()]
  expect(ann.length).toBeGreaterThan(2)
  expect(ann.every((piece, index) => piece.buffer === bob[index]?.buffer)).toBe(true)
  const { events, next } = JSON.parse(Buffer.concat(ann).toString())
  expect(next).toBe('2.7')
  expect(events).toEqual([
    {
      type: 'changed',
      base: 1,
      revision: 2,
      actor: 'guest:ann',
      at: '1970-01-01T00:00:00.000Z',
      changes: [{ from: 0, to: 0, insert, removed: '' }],
    },
  ])
})

it('a stream’s events are the same bytes for all of them', () => {
  expect(lookEvents(look)).toBe(lookEvents(look))
  expect(new TextDecoder().decode(lookEvents(look)).slice(0, 50)).toBe(
    'event: changed\ndata: {"type":"changed","base":1,"r',
  )
})
