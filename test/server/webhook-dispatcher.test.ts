/** When deliveries are tried again, how many at a time, and when it is given up: in a time of the test's own. */
import { type AddressInfo, createServer } from 'node:net'
import { limits, webhookEvents } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openNewsDesk } from '@weft/server/following/news'
import { openLog } from '@weft/server/log'
import { settings } from '@weft/server/settings'
import { openMemory } from '@weft/server/storage/memory'
import type { Storage, WebhookRecord } from '@weft/server/storage/storage'
import { watchedStorage } from '@weft/server/watched-storage'
import { startDispatcher } from '@weft/server/webhooks/dispatcher'
import { createPost, type Letter, type Posted } from '@weft/server/webhooks/post'
import { pauseAfter } from '@weft/server/webhooks/retries'
import { StorageFailure } from '@weft/sync'
import { afterEach, expect, it } from 'vitest'
import { draft } from '../contract/adapter.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { webhookReceiver } from '../support/webhook-receiver.ts'

const hour = 3_600_000
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A dispatcher whose letters are answered by `answer`; rejected ones found nobody. */
function world(
  answer: (letter: Letter, number: number) => Promise<Posted> | Posted,
  storedIn: (storage: Storage) => Storage = (storage) => storage,
) {
  const timers = new VirtualTimers()
  const desk = openNewsDesk()
  const storage = watchedStorage(storedIn(openMemory()), desk.note)
  const letters: { readonly id: string; readonly at: number; readonly type: string }[] = []
  const dispatcher = startDispatcher({
    storage,
    news: desk.news,
    access: { roleOf: (actor) => (actor.id === 'guest:mallory' ? null : 'editor') },
    timers,
    log: openLog('silent'),
    dice: () => 0.5,
    post: async (letter) => {
      const { type } = JSON.parse(letter.body) as { type: string }
      letters.push({ id: letter.headers['webhook-id'] ?? '', at: timers.now(), type })
      return answer(letter, letters.length)
    },
  })
  stops.push(() => dispatcher.stop())
  let made = 0
  return {
    timers,
    storage,
    letters,
    dispatcher,
    async webhook(named: Partial<WebhookRecord> = {}) {
      const id = `webhook-${++made}`
      const at = timers.now()
      await storage.webhooks.create({ ...plain, id, createdAt: at, updatedAt: at, ...named })
      return id
    },
    /** Lets so much time pass, in steps, and what is due in it happen. */
    async pass(ms: number) {
      const step = Math.max(1, Math.floor(ms / 20))
      for (let passed = 0; passed < ms; passed += step) {
        timers.advance(step)
        for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

const plain: WebhookRecord = {
  id: '',
  url: 'https://receiver.example/',
  document: null,
  events: webhookEvents,
  description: null,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  previousSecret: null,
  previousUntil: null,
  createdBy: 'guest:ann',
  createdAt: 0,
  updatedAt: 0,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
}

const ok = { status: 204, response: '', retryAfter: null }

it('what fails is tried ten times over three days, then its webhook is disabled', async () => {
  const { storage, letters, timers, webhook, pass } = world(() => Promise.reject(new Error('refused')))
  const id = await webhook()
  await storage.documents.create(draft())
  await until(() => letters.length === 1)
  const start = timers.now()
  const pauses = [5_000, 300_000, hour / 2, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]
  for (const [tried, pause] of pauses.entries()) {
    await pass(pause * 0.7)
    expect(letters).toHaveLength(tried + 1)
    await pass(pause * 0.31)
    expect(letters).toHaveLength(tried + 2)
  }
  expect(new Set(letters.map((letter) => letter.id)).size).toBe(1)
  const found = await storage.webhooks.get(id)
  expect(found?.disabledReason).toMatch(/failed/)
  expect(found?.failingSince).toBeLessThanOrEqual(start)
  const [delivery] = await storage.webhooks.deliveries(id, 1, null)
  expect(delivery).toMatchObject({ state: 'failed', attempts: 10, error: 'refused' })
  await storage.documents.create(draft())
  await pass(48 * hour)
  expect(letters).toHaveLength(10)
})

it('who asks to be left alone for a while is', async () => {
  const { storage, letters, webhook, pass } = world((_, number) =>
    number === 1 ? { status: 429, response: '', retryAfter: '7200' } : ok,
  )
  await webhook()
  await storage.documents.create(draft())
  await until(() => letters.length === 1)
  await pass(1.9 * hour)
  expect(letters).toHaveLength(1)
  await pass(0.3 * hour)
  expect(letters).toHaveLength(2)
})

it('a webhook that fails holds up no other, and a delivery that fails none that comes after it', async () => {
  const { storage, letters, webhook } = world((letter, number) =>
    letter.url.includes('bad') || number === 1 ? Promise.reject(new Error('away')) : ok,
  )
  await webhook({ id: 'good' })
  await webhook({ id: 'bad', url: 'https://bad.example/' })
  for (let made = 0; made < 4; made++) await storage.documents.create(draft())
  await until(() => letters.length === 8)
  const own = letters.filter(({ id }) => id.startsWith('good'))
  expect(own.map(({ id }) => Number(id.split('-')[1]))).toEqual([1, 2, 3, 4])
})

it('so many are under way at once, one of each webhook', async () => {
  let [now, most] = [0, 0]
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { storage, webhook, letters } = world(async () => {
    most = Math.max(most, ++now)
    await held
    now--
    return ok
  })
  for (let made = 0; made < limits.webhooksAtOnce + 4; made++) await webhook()
  for (let made = 0; made < 2; made++) await storage.documents.create(draft())
  await until(() => now === limits.webhooksAtOnce)
  release()
  await until(() => letters.length === 2 * (limits.webhooksAtOnce + 4))
  expect(most).toBe(limits.webhooksAtOnce)
})

it('who may not read a document is told nothing of it', async () => {
  const { storage, webhook, letters } = world(() => ok)
  const id = await webhook({ createdBy: 'guest:mallory' })
  await storage.documents.create(draft())
  await until(async () => (await storage.webhooks.deliveries(id, 1, null))[0]?.state === 'failed')
  expect(letters).toEqual([])
})

it('a receiver that hangs is given up in time, before its answer or within it', async () => {
  await using receiver = await webhookReceiver()
  const timers = new VirtualTimers()
  const allowed = settings.webhookAllow.parse('127.0.0.1')
  if (allowed === undefined) throw new Error('127.0.0.1 is no address')
  const post = createPost({ allowed, resolve: () => new Promise(() => {}), timers })
  const letter = { headers: {}, body: '{"type":"x"}' }
  receiver.answer = () => {}
  const silent = post({ ...letter, url: receiver.url })
  await until(() => receiver.received.length === 1)
  timers.advance(limits.webhookMs)
  await expect(silent).rejects.toThrow('in time')
  receiver.answer = (response) => void response.writeHead(200).write('begun')
  const soon = { ...realTimers, after: (_: number, task: () => void) => realTimers.after(500, task) }
  const impatient = createPost({ allowed, resolve: () => new Promise(() => {}), timers: soon })
  expect(await impatient({ ...letter, url: receiver.url })).toMatchObject({ status: 200, response: 'begun' })
  const nameless = post({ ...letter, url: 'https://never.example/' })
  timers.advance(limits.webhookMs)
  await expect(nameless).rejects.toThrow('in time')
})

it.each([
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n',
  'no HTTP at all',
  '',
])('a receiver that answers %j and hangs up does not hold its place for ever', async (answer) => {
  const receiver = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => void socket.end(answer))
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  stops.push(() => new Promise((resolve) => receiver.close(() => resolve())))
  const allowed = settings.webhookAllow.parse('127.0.0.1')
  if (allowed === undefined) throw new Error('127.0.0.1 is no address')
  const post = createPost({ allowed, resolve: () => new Promise(() => {}), timers: realTimers })
  const { port } = receiver.address() as AddressInfo
  const posted = post({ url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}' })
  const outcome = await Promise.race([posted.catch((error: Error) => error.message), after(3_000)])
  expect(outcome).not.toBe('nothing')
})

function after(ms: number): Promise<'nothing'> {
  return new Promise((resolve) => void realTimers.after(ms, () => resolve('nothing')))
}

it('what became of a delivery is noted when the storage takes it again, and is not sent twice for that', async () => {
  let refusals = 0
  const { storage, letters, webhook, pass } = world(
    (_, number) => (number === 1 ? Promise.reject(new Error('away')) : ok),
    (whole) => ({
      ...whole,
      webhooks: {
        ...whole.webhooks,
        settle: (...given) =>
          ++refusals <= 3
            ? Promise.reject(new StorageFailure('the disk is full', { full: true }))
            : whole.webhooks.settle(...given),
      },
    }),
  )
  const id = await webhook()
  await storage.documents.create(draft())
  await until(() => refusals === 1)
  await pass(12_000)
  expect(letters).toHaveLength(1)
  await pass(20_000)
  expect(letters).toHaveLength(2)
  await until(async () => (await storage.webhooks.deliveries(id, 1, null))[0]?.state === 'delivered')
})

it('a document that cannot be looked up for a moment is asked for again, and its webhook not blamed', async () => {
  let refusals = 0
  const { storage, letters, webhook, pass } = world(
    () => ok,
    (whole) => ({
      ...whole,
      documents: {
        ...whole.documents,
        get: (...given) =>
          ++refusals <= 2
            ? Promise.reject(new StorageFailure('busy', { full: false }))
            : whole.documents.get(...given),
      },
    }),
  )
  const id = await webhook()
  await storage.documents.create(draft())
  await until(() => refusals === 1)
  await pass(20_000)
  expect(letters).toHaveLength(1)
  expect((await storage.webhooks.get(id))?.failingSince).toBeNull()
})

it('a receiver is not blamed for what it is not sent: documents that are deleted at once', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<Posted>()
  const { storage, webhook, letters } = world((_, number) => (number === 1 ? held : ok))
  const id = await webhook()
  const drafts = [draft(), draft(), draft()]
  for (const each of drafts) await storage.documents.create(each)
  await until(() => letters.length === 1)
  for (const each of drafts) await storage.documents.trash(each.id, 1)
  await storage.documents.purge(
    drafts.map((each) => each.id),
    2,
  )
  release(ok)
  await until(() => letters.filter(({ type }) => type === 'document.deleted').length === 3)
  expect(await storage.webhooks.get(id)).toMatchObject({ disabledAt: null, failingSince: null })
})

it('pauses grow, differ a little, and respect what was asked for, within a day', () => {
  expect(pauseAfter(1, null, 0, 0)).toBe(4_500)
  expect(pauseAfter(1, null, 0, 0.999)).toBeLessThan(5_501)
  expect(pauseAfter(10, null, 0, 0.5)).toBeNull()
  expect(pauseAfter(1, '60', 0, 0.5)).toBe(60_000)
  expect(pauseAfter(1, new Date(90_000).toUTCString(), 0, 0.5)).toBe(90_000)
  for (const rubbish of ['soon', '-5', '1e9', '']) expect(pauseAfter(1, rubbish, 0, 0.5)).toBe(5_000)
  expect(pauseAfter(1, '999999999', 0, 0.5)).toBe(24 * hour)
})
