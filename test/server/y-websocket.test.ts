/** Unmodified y-websocket providers against the whole server: people's own Yjs apps must work as they are. */
import { closeCodes } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { random, seeds } from '../support/random.ts'
import { rawHttp } from '../support/raw-http.ts'
import {
  areSame,
  type StockClient,
  type StockClientOptions,
  stockClient,
  stockVersions,
} from '../support/stock-client.ts'
import { syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
const clients: StockClient[] = []

beforeAll(async () => {
  server = await weft()
})
afterAll(async () => {
  for (const client of clients) client.leave()
  await server.close()
})

async function newDocument(kind = 'markdown'): Promise<string> {
  return (await server.create({ title: 'Together', kind })).id
}

function join(document: string, options: StockClientOptions = {}, port = server.port): StockClient {
  const client = stockClient(port, document, options)
  clients.push(client)
  return client
}

const stored = async (document: string) => (await server.ask('GET', `/documents/${document}/content`)).text

describe.concurrent.each(stockVersions.map((version) => ({ version })))(
  'y-websocket $version',
  ({ version }) => {
    test('[W3] syncs both ways, and what the server keeps is the same', async () => {
      const document = await newDocument()
      const [ada, bob] = [join(document, { version }), join(document, { version })]
      await Promise.all([ada.synced(), bob.synced()])
      ada.text.insert(0, 'Hello ')
      await until(() => bob.text.toString() === 'Hello ')
      bob.text.insert(6, 'world 🧵')
      await until(() => ada.text.toString() === 'Hello world 🧵')
      bob.text.delete(0, 6)
      await until(() => ada.text.toString() === 'world 🧵' && areSame([ada, bob]))
      expect(await stored(document)).toBe('world 🧵')
    })

    test('[W4] brings up what was written offline, on both sides, when it comes back', async () => {
      const document = await newDocument()
      const [ada, bob] = [join(document, { version }), join(document, { version })]
      await Promise.all([ada.synced(), bob.synced()])
      ada.text.insert(0, 'base\n')
      await until(() => bob.text.toString() === 'base\n')
      ada.provider.disconnect()
      ada.text.insert(5, 'on a train\n')
      ada.text.delete(0, 2)
      bob.text.insert(0, 'meanwhile\n')
      ada.provider.connect()
      await until(() => ada.text.toString() === 'meanwhile\nse\non a train\n' && areSame([ada, bob]))
      expect(await stored(document)).toBe('meanwhile\nse\non a train\n')
    })

    test('[W4] brings a document that was made entirely offline', async () => {
      const document = await newDocument()
      const doc = new Y.Doc()
      doc.getText('content').insert(0, 'from before')
      const client = join(document, { version, doc })
      await until(async () => (await stored(document)) === 'from before')
      expect(client.text.toString()).toBe('from before')
    })

    test('[W3] gives a late joiner everything', async () => {
      const document = await newDocument()
      const early = join(document, { version })
      await early.synced()
      for (let index = 0; index < 200; index++) early.text.insert(early.text.length, `line ${index}\n`)
      early.text.delete(0, 700)
      const late = join(document, { version })
      await until(() => areSame([early, late]))
      expect(late.text.toString()).toBe(early.text.toString())
    })

    test('[W5] hears its own update after the commit, which is its receipt', async () => {
      const document = await newDocument()
      const client = join(document, { version })
      await client.synced()
      client.text.insert(0, 'kept')
      await until(() => client.echoes > 0)
      expect(await stored(document)).toBe('kept')
    })

    test('[W7] shows who is there, and [W13] that they left', async () => {
      const document = await newDocument()
      const ada = join(document, { version, name: 'Ada' })
      const bob = join(document, { version, name: 'Bob' })
      await until(() => `${ada.seen}` === 'Ada,Bob' && `${bob.seen}` === 'Ada,Bob')
      const late = join(document, { version, name: 'Cleo' })
      await until(() => [ada, bob, late].every((client) => `${client.seen}` === 'Ada,Bob,Cleo'))
      late.leave()
      await until(() => `${ada.seen}` === 'Ada,Bob')
      bob.provider.ws?.close()
      await until(() => `${bob.seen}` === 'Ada,Bob' && `${ada.seen}` === 'Ada,Bob')
    })

    test('[W1] keeps documents apart', async () => {
      const [one, other] = [await newDocument(), await newDocument()]
      const [ada, bob] = [join(one, { version, name: 'Ada' }), join(other, { version, name: 'Bob' })]
      await Promise.all([ada.synced(), bob.synced()])
      ada.text.insert(0, 'one')
      bob.text.insert(0, 'other')
      await until(() => ada.echoes > 0 && bob.echoes > 0)
      expect([ada.text.toString(), bob.text.toString()]).toEqual(['one', 'other'])
      expect([await stored(one), await stored(other)]).toEqual(['one', 'other'])
      expect([ada.seen, bob.seen]).toEqual([['Ada'], ['Bob']])
    })

    test('[W28] uses Weft as the sync server of any Yjs app', async () => {
      const document = await newDocument('yjs')
      const [ada, bob] = [join(document, { version }), join(document, { version })]
      await Promise.all([ada.synced(), bob.synced()])
      const todo = new Y.Map<unknown>([['title', 'Try Weft']])
      ada.doc.getArray('todos').push([todo])
      await until(() => bob.doc.getArray('todos').length === 1)
      todo.set('done', true)
      await until(() => areSame([ada, bob]))
      expect(bob.doc.getArray('todos').toJSON()).toEqual([{ title: 'Try Weft', done: true }])
    })

    for (const [what, speaks] of [
      ['lone idle client', true],
      ['lone client without presence', false],
    ] as const) {
      test(`[W7] [W22] a ${what} stays connected for more than a minute`, { timeout: 90_000 }, async () => {
        const client = join(await newDocument(), { version })
        if (!speaks) client.provider.awareness.setLocalState(null)
        await client.synced()
        const began = performance.now()
        await until(() => performance.now() - began > 63_000 || client.closes.length > 0, {
          withinMs: 70_000,
        })
        expect(client.closes).toEqual([])
        expect(client.attempts).toBe(1)
        expect(client.isConnected).toBe(true)
      })
    }

    test('[W17] reads along as a viewer, and its own edit ends its connection for good', async () => {
      let role: 'viewer' | 'editor' = 'editor'
      const gallery = await syncServer({ roleOf: () => role })
      const document = await gallery.create('gallery')
      const editor = join(document, { version: '3.1.0', name: 'Ed' }, gallery.port)
      await editor.synced()
      role = 'viewer'
      const viewer = join(document, { version, name: 'Vi' }, gallery.port)
      await viewer.synced()
      editor.text.insert(0, 'look')
      await until(() => viewer.text.toString() === 'look')
      await until(() => `${viewer.seen}` === 'Ed,Vi' && `${editor.seen}` === 'Ed,Vi')
      viewer.text.insert(0, 'I was here: ')
      await until(() => viewer.closes.includes(closeCodes.forbidden))
      expect(editor.text.toString()).toBe('look')
      expect((await gallery.stored(document)).getText('content').toString()).toBe('look')
      viewer.leave()
      editor.leave()
      await gallery.stop()
    })
  },
)

describe.concurrent('[W8] a final close', () => {
  test('ends y-websocket 3.1.0: it does not come back, and says why', async () => {
    const client = join('no-such-document', { version: '3.1.0' })
    const told: unknown[] = []
    client.provider.on('closed', (event) => told.push(event))
    const began = performance.now()
    await until(() => performance.now() - began > 6_000)
    expect(client.attempts).toBe(1)
    expect(told).toEqual([{ code: closeCodes['not-found'], reason: 'not-found' }])
  })

  test('makes y-websocket 3.0.0, which knows no final codes, come back every 2.6 s, not ten times a second', async () => {
    const client = join('no-such-document-either', { version: '3.0.0', maxBackoffTime: 2_500 })
    const began = performance.now()
    await until(() => performance.now() - began > 8_000)
    expect(client.closes.every((code) => code === closeCodes['not-found'])).toBe(true)
    expect(client.attempts).toBeGreaterThan(1)
    expect(client.attempts).toBeLessThanOrEqual(4)
  })
})

describe.concurrent('[W9] an upgrade of anything but /sync', () => {
  const get = (path: string, upgrade: string) =>
    rawHttp(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`,
    )

  test('is answered as if it were none: curl offers HTTP/2 with every request', async () => {
    for (const upgrade of ['h2c', 'websocket']) {
      expect((await get('/healthz', upgrade)).status).toBe(200)
      expect((await get('/api/v1/elsewhere', upgrade)).status).toBe(404)
    }
  })
})

describe.concurrent('people with both versions in one document', () => {
  for (const seed of seeds(5)) {
    test(`converge, byte for byte, with the log (seed ${seed})`, async () => {
      const dice = random(seed)
      const document = await newDocument()
      const people = [0, 1, 2, 3].map((n) => join(document, { version: stockVersions[n % 2] ?? '3.1.0' }))
      await Promise.all(people.map((person) => person.synced()))
      for (let step = 0; step < 120; step++) {
        const person = dice.pick(people)
        const at = dice.below(person.text.length + 1)
        if (dice.chance(0.25)) person.text.delete(at, Math.min(dice.below(5), person.text.length - at))
        else person.text.insert(at, dice.pick(['a', 'bc', 'שלום', 'é', '\n', 'word ']))
        if (dice.chance(0.03)) person.provider.disconnect()
        if (dice.chance(0.1)) for (const other of people) other.provider.connect()
        if (dice.chance(0.2)) await new Promise((resolve) => setImmediate(resolve))
      }
      for (const person of people) person.provider.connect()
      const late = join(document)
      await until(() => areSame([...people, late]))
      await until(async () => (await stored(document)) === late.text.toString())
    })
  }
})
