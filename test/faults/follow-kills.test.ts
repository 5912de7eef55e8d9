/** Programs that follow documents while the server is killed: what they were told is what was written, once. */
import { applyChanges, type TextChange } from '@weft/document'
import { expect, it } from 'vitest'
import { type EventReader, type ReadEvent, readEvents } from '../support/event-reader.ts'
import { random } from '../support/random.ts'
import { restartingServer } from '../support/server-process-restarting.ts'
import { typists } from '../support/typists.ts'
import { until } from '../support/until.ts'

const kills = 20

const patient = { withinMs: 60_000 }

it(`through ${kills} kills a follower misses nothing and hears nothing twice, seed 7`, async () => {
  const dice = random(7)
  await using server = await restartingServer()
  await server.start()
  const document = await server.create({ title: 'Followed', kind: 'text' })
  const api = `http://127.0.0.1:${server.port}/api/v1`
  const told: ReadEvent[] = []
  const happened: ReadEvent[] = []
  let [lastId, lastHappened] = ['0', '0']

  const collect = async (reader: EventReader, all: EventReader) => {
    await until(() => reader.hasEnded && all.hasEnded)
    told.push(...reader.events)
    happened.push(...all.events)
    lastId = reader.lastId ?? lastId
    lastHappened = all.lastId ?? lastHappened
  }

  for (let kill = 0; kill < kills; kill++) {
    const reader = await readEvents(`${api}/documents/${document}/events`, { 'last-event-id': lastId })
    const all = await readEvents(`${api}/events`, { 'last-event-id': lastHappened })
    const people = await typists(server.port, { documents: [document], writers: 2, dice, mark: `k${kill}` })
    const rename = fetch(`${api}/documents/${document}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: `Title ${kill}` }),
    })
    const killAt = performance.now() + 40 + dice.below(160)
    await people.typeUntil(() => performance.now() >= killAt, { atOnce: 2 })
    await rename
    await server.kill()
    await collect(reader, all)
    await server.start()
  }

  const { revision, title } = await server.resource(document)
  const reader = await readEvents(`${api}/documents/${document}/events`, { 'last-event-id': lastId })
  const all = await readEvents(`${api}/events`, { 'last-event-id': lastHappened })
  await until(() => Number((reader.lastId ?? '').split('.')[0]) === revision, patient)
  const changed = (events: readonly ReadEvent[]) => events.filter(({ type }) => type === 'changed')
  await until(() => changed([...happened, ...all.events]).at(-1)?.data.revision === revision, patient)
  reader.stop()
  all.stop()
  await collect(reader, all)

  let text = ''
  let base = 0
  for (const { data } of changed(told)) {
    expect(data.base).toBeGreaterThanOrEqual(base)
    base = data.revision as number
    text = applyChanges(text, data.changes as readonly TextChange[])
  }
  expect(text).toBe(await server.content(document))
  expect(text.length).toBeGreaterThan(kills * 10)
  const titles = told.filter(({ type }) => type === 'renamed').map(({ data }) => data.title)
  expect(titles).toEqual(Array.from({ length: kills }, (_, kill) => `Title ${kill}`))
  expect(title).toBe(titles.at(-1))
  expect(happened.filter(({ type }) => type === 'renamed').map(({ data }) => data.title)).toEqual(titles)
}, 400_000)
