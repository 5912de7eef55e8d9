/** Two hundred programs follow one document that ten people type in: the server still answers at once. */
import { applyChanges, type TextChange } from '@weft/document'
import { expect, it } from 'vitest'
import { readEvents } from '../support/event-reader.ts'
import { random } from '../support/random.ts'
import { restartingServer } from '../support/server-process-restarting.ts'
import { typists } from '../support/typists.ts'
import { until } from '../support/until.ts'

const followers = 200
const typingMs = 4_000

it(`${followers} followers of ten people leave the event loop free, and all are told all of it`, async () => {
  await using server = await restartingServer()
  await server.start()
  const document = await server.create({ title: 'Followed', kind: 'text', content: 'x'.repeat(50_000) })
  const url = `http://127.0.0.1:${server.port}/api/v1/documents/${document}/events`
  const readers = await Promise.all(Array.from({ length: followers }, () => readEvents(`${url}?after=0`)))
  const people = await typists(server.port, { documents: [document], writers: 10, dice: random(3) })
  await until(() => readers.every(({ events }) => events.some(({ type }) => type === 'changed')))
  // What it took until here is another matter: reading it begins the measurement anew.
  await server.metric('nodejs_eventloop_lag_p99_seconds')

  const end = performance.now() + typingMs
  let next = performance.now()
  await until(
    () => {
      // Ten people who type 8 letters a second each.
      for (; next < performance.now(); next += 12.5) people.type()
      return performance.now() > end
    },
    { withinMs: 2 * typingMs },
  )
  const lag = await server.metric('nodejs_eventloop_lag_p99_seconds')
  await until(() => people.receipts.length === people.typed)
  const { revision } = await server.resource(document)
  await until(() => readers.every(({ lastId }) => Number(lastId?.split('.')[0]) === revision))
  const content = await server.content(document)
  for (const { events } of readers) {
    const text = events
      .filter(({ type }) => type === 'changed')
      .reduce((so, { data }) => applyChanges(so, data.changes as readonly TextChange[]), '')
    expect(text === content).toBe(true)
  }
  expect(lag).toBeLessThanOrEqual(0.05)
  for (const reader of readers) reader.stop()
  people.leave()
})
