/**
 * The server is killed while programs follow documents and webhooks are sent. What a follower is told is what was
 * written, once; a receiver is told of everything, and what comes twice has the same id.
 */
import { applyChanges, type TextChange } from '@weft/document'
import { expect, it } from 'vitest'
import { type EventReader, type ReadEvent, readEvents } from '../support/event-reader.ts'
import { random } from '../support/random.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { typists } from '../support/typists.ts'
import { until } from '../support/until.ts'
import { type WebhookReceiver, webhookReceiver } from '../support/webhook-receiver.ts'

const kills = 20
const flags = ['--webhook-allow', '127.0.0.1']
const patient = { withinMs: 60_000 }

it(`through ${kills} kills followers and webhooks are told of everything, seed 7`, async () => {
  const dice = random(7)
  await using receiver = await webhookReceiver()
  await using server = await restartingServer()
  await server.start(flags)
  const document = await server.create({ title: 'Followed', kind: 'text' })
  await makeWebhook(server, receiver)
  const follower = following(`${apiOf(server)}/documents/${document}/events`)
  const ofAll = following(`${apiOf(server)}/events`)
  const created: string[] = []

  for (let kill = 0; kill < kills; kill++) {
    await Promise.all([follower.read(), ofAll.read()])
    // Some answers are on their way when the server dies.
    receiver.answer = (response, number) => {
      setTimeout(() => response.writeHead(204).end(), number % 3 === 0 ? dice.below(40) : 0)
    }
    const people = await typists(server.port, { documents: [document], writers: 2, dice, mark: `k${kill}` })
    const making = [1, 2].map(() => server.create({ title: 'Told' }))
    const renaming = rename(server, document, `Title ${kill}`)
    const killAt = performance.now() + 40 + dice.below(160)
    await people.typeUntil(() => performance.now() >= killAt, { atOnce: 2 })
    created.push(...(await Promise.all(making)))
    await renaming
    await server.kill()
    await Promise.all([follower.ended(), ofAll.ended()])
    await server.start(flags)
  }

  const { revision, title } = await server.resource(document)
  await Promise.all([follower.read(), ofAll.read()])
  await until(() => Number(follower.lastId.split('.')[0]) === revision, patient)
  const mine = () => ofAll.events.filter(({ data }) => data.document === document)
  await until(() => of('changed', mine()).at(-1)?.data.revision === revision, patient)

  let text = ''
  let base = 0
  for (const { data } of of('changed', follower.events)) {
    expect(data.base).toBeGreaterThanOrEqual(base)
    base = data.revision as number
    text = applyChanges(text, data.changes as readonly TextChange[])
  }
  expect(text).toBe(await server.content(document))
  expect(text.length).toBeGreaterThan(kills * 10)
  const titles = Array.from({ length: kills }, (_, kill) => `Title ${kill}`)
  expect(of('renamed', follower.events).map(({ data }) => data.title)).toEqual(titles)
  expect(of('renamed', mine()).map(({ data }) => data.title)).toEqual(titles)
  expect(title).toBe(titles.at(-1))
  expect(of('created', ofAll.events).map(({ data }) => data.document)).toEqual(
    expect.arrayContaining(created),
  )

  const told = () => new Set(receiver.received.map(({ payload }) => payload.data.document))
  await until(() => created.every((id) => told().has(id)), patient)
  const idOf = new Map<unknown, unknown>()
  for (const { headers, payload } of receiver.received) {
    const { document: id } = payload.data
    expect(idOf.get(id) ?? headers['webhook-id']).toBe(headers['webhook-id'])
    idOf.set(id, headers['webhook-id'])
  }
  follower.stop()
  ofAll.stop()
}, 400_000)

function of(type: string, events: readonly ReadEvent[]): readonly ReadEvent[] {
  return events.filter((event) => event.type === type)
}

/** One reader after the other, each from where the last one ended. */
function following(url: string) {
  let [reader, lastId]: [EventReader | null, string] = [null, '0']
  const earlier: ReadEvent[] = []
  return {
    async read() {
      reader = await readEvents(url, { 'last-event-id': lastId })
    },
    async ended() {
      await until(() => reader?.hasEnded, patient)
      earlier.push(...(reader?.events ?? []))
      lastId = reader?.lastId ?? lastId
      reader = null
    },
    stop: () => reader?.stop(),
    get lastId() {
      return reader?.lastId ?? lastId
    },
    get events() {
      return [...earlier, ...(reader?.events ?? [])]
    },
  }
}

function apiOf({ port }: RestartingServer): string {
  return `http://127.0.0.1:${port}/api/v1`
}

async function makeWebhook(server: RestartingServer, { url }: WebhookReceiver): Promise<void> {
  const body = JSON.stringify({ url, events: ['document.created'] })
  const headers = { 'content-type': 'application/json' }
  const made = await fetch(`${apiOf(server)}/webhooks`, { method: 'POST', headers, body })
  expect(made.status).toBe(201)
}

async function rename(server: RestartingServer, document: string, title: string): Promise<void> {
  const body = JSON.stringify({ title })
  const headers = { 'content-type': 'application/json' }
  await fetch(`${apiOf(server)}/documents/${document}`, { method: 'PATCH', headers, body })
}
