import { closeCodes, limits } from '@weft/protocol'
import { DocumentDamaged, StorageFailure } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RawSocket, rawSocket } from '../support/raw-socket.ts'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { wireClient } from '../support/wire-client.ts'

let server: SyncServer

beforeAll(async () => {
  server = await syncServer({
    admit: ({ host, origin }) =>
      origin === 'https://evil.example'
        ? { refused: 'foreign-origin' }
        : host === 'rebound.example'
          ? { refused: 'wrong-host' }
          : { actor: { id: 'guest:1', kind: 'guest', name: null, dye: null }, origin: `http://${host}` },
  })
})
afterAll(() => server.stop())

async function expectRefused(answer: RawSocket, status: number, code: string): Promise<void> {
  expect(answer.status).toBe(status)
  await until(() => answer.ended)
  expect(answer.head.toLowerCase()).toContain('content-type: application/problem+json')
  expect(JSON.parse(answer.body)).toMatchObject({ status, code })
}

describe.concurrent('[W9] the address of the endpoint', () => {
  test('takes unknown query keys, as stock clients add their own', async () => {
    const id = await server.create('w9')
    const client = wireClient(server.port, id, { query: '?token=abc&yauth=x&v=3' })
    await until(() => client.all('sync-step-2').length === 1)
    client.close()
  })
})

describe.concurrent('[W26] what is refused before the upgrade is an HTTP answer with a problem', () => {
  test('404: an address that can be no document', async () => {
    for (const path of ['/sync/', '/sync/a/b', '/sync/no%20id', '/elsewhere']) {
      await expectRefused(await rawSocket(server.port, path), 404, 'not-found')
    }
  })

  test('403: a page of another origin', async () => {
    const path = `/sync/${await server.create('w26-origin')}`
    const headers = { Origin: 'https://evil.example' }
    await expectRefused(await rawSocket(server.port, path, { headers }), 403, 'foreign-origin')
  })

  test('421: another name than the server’s', async () => {
    const path = `/sync/${await server.create('w26-host')}`
    await expectRefused(
      await rawSocket(server.port, path, { headers: { Host: 'rebound.example' } }),
      421,
      'wrong-host',
    )
  })

  test('503: the storage does not say within 5 s whether there is such a document', async () => {
    const time = new VirtualTimers()
    const hanging = await syncServer({
      timers: time,
      documents: (documents) => ({ ...documents, get: () => new Promise(() => {}) }),
    })
    const answer = rawSocket(hanging.port, '/sync/any')
    await until(() => time.pending > 2)
    time.advance(limits.upgradeMs)
    await expectRefused(await answer, 503, 'storage-unavailable')
    const stopped = hanging.stop()
    time.advance(10_000)
    await stopped
  })

  test('503: too many connections of one actor, of one document, or in all; who has no name is not counted', async () => {
    const crowded = await syncServer({
      admit: ({ host, cookie }) => ({
        actor: { id: `guest:${cookie ?? 'anonymous'}`, kind: 'guest', name: null, dye: null },
        origin: `http://${host}`,
      }),
      bounds: { connectionsPerActor: 2, connectionsPerDocument: 3, connections: 6 },
    })
    const [one, other] = [await crowded.create('w26-one'), await crowded.create('w26-other')]
    const join = (document: string, cookie?: string) =>
      rawSocket(crowded.port, `/sync/${document}`, {
        headers: cookie === undefined ? {} : { Cookie: cookie },
      })
    const ann = [await join(one, 'ann'), await join(other, 'ann')]
    expect(ann.map(({ status }) => status)).toEqual([101, 101])
    await expectRefused(await join(one, 'ann'), 503, 'too-many-connections')
    expect([(await join(one)).status, (await join(one)).status]).toEqual([101, 101])
    await expectRefused(await join(one), 503, 'too-many-connections')
    expect([(await join(other)).status, (await join(other)).status]).toEqual([101, 101])
    await expectRefused(await join('w26-third', 'ben'), 503, 'too-many-connections')
    ann[0]?.destroy()
    await until(async () => (await join(one, 'ben')).status === 101)
    await crowded.stop()
  })

  test('503: too many connections of one address; others come in, and so do these once some have left', async () => {
    const crowded = await syncServer({
      addressOf: (request) => `192.0.2.${request.headers['x-from']}`,
      bounds: { connectionsPerActor: 1_000 },
    })
    const path = `/sync/${await crowded.create('w26-crowd')}`
    const from = (last: number) => rawSocket(crowded.port, path, { headers: { 'x-from': `${last}` } })
    const crowd = await Promise.all(Array.from({ length: limits.connectionsPerAddress }, () => from(7)))
    expect(crowd.every(({ status }) => status === 101)).toBe(true)
    const oneTooMany = await from(7)
    await expectRefused(oneTooMany, 503, 'too-many-connections')
    expect(oneTooMany.head.toLowerCase()).toContain('retry-after: ')
    const other = await from(8)
    expect(other.status).toBe(101)
    crowd[0]?.destroy()
    await until(async () => {
      const again = await from(7)
      again.destroy()
      return again.status === 101
    })
    for (const raw of [...crowd, other]) raw.destroy()
    await crowded.stop()
  })

  test('400: what is no WebSocket handshake', async () => {
    const path = `/sync/${await server.create('w26-handshake')}`
    for (const headers of [
      { 'Sec-WebSocket-Key': 'short' },
      { 'Sec-WebSocket-Version': '99' },
      { Upgrade: 'h2c' },
    ] as const) {
      expect((await rawSocket(server.port, path, { headers: { ...headers } })).status).toBe(400)
    }
  })
})

describe.concurrent('[W27] a document that is not there', () => {
  test('or is in the trash, or not for this person: 4404 after a while, without a word before', async () => {
    const closed = await syncServer({ roleOf: () => null })
    const trashed = await server.create('w27-trash')
    await server.storage.documents.trash(trashed, Date.now())
    const clients = [
      wireClient(server.port, 'w27-absent'),
      wireClient(server.port, trashed),
      wireClient(closed.port, await closed.create('w27-closed')),
    ]
    const began = performance.now()
    for (const client of clients) {
      expect(await client.closeCode()).toBe(closeCodes['not-found'])
      expect(client.received).toEqual([])
    }
    expect(performance.now() - began).toBeGreaterThanOrEqual(limits.finalCloseDelayMs - 50)
    await closed.stop()
  })

  test('any more: the people in it are sent away with 4404', async () => {
    const id = await server.create('w27-live')
    const client = wireClient(server.port, id)
    await until(() => client.all('sync-step-2').length === 1)
    await server.storage.documents.trash(id, Date.now())
    server.rooms.dismiss(id)
    expect(await client.closeCode()).toBe(closeCodes['not-found'])
  })

  test('any more, and the room has not heard: the next update finds out', async () => {
    const id = await server.create('w27-late')
    const client = wireClient(server.port, id)
    await until(() => client.all('sync-step-2').length === 1)
    await server.storage.documents.trash(id, Date.now())
    client.text.insert(0, 'x')
    expect(await client.closeCode()).toBe(closeCodes['not-found'])
  })

  test('costs a bounded number of waiting connections; more get 503', async () => {
    const tired = await syncServer()
    const waiting = await Promise.all(
      Array.from({ length: limits.refusalsPerAddress }, () => rawSocket(tired.port, '/sync/absent')),
    )
    expect(waiting.every(({ status }) => status === 101)).toBe(true)
    await expectRefused(await rawSocket(tired.port, '/sync/absent'), 503, 'too-many-connections')
    expect(await Promise.all(waiting.map((raw) => raw.closeCode()))).toEqual(
      waiting.map(() => closeCodes['not-found']),
    )
    await tired.stop()
  })
})

describe.concurrent('[W25] a server that stops', () => {
  test('sends everybody away with 1012, also who waits for a final close, and refuses newcomers with 503', async () => {
    const stopping = await syncServer()
    const id = await stopping.create('w25')
    const people = Array.from({ length: 10 }, () => wireClient(stopping.port, id))
    const refused = wireClient(stopping.port, 'w25-absent')
    await until(() => people.every((client) => client.all('sync-step-2').length === 1))
    await refused.opened()
    // This one does not answer the close.
    const mute = await rawSocket(stopping.port, `/sync/${id}`)
    const began = performance.now()
    const drained = stopping.endpoint.drain(300)
    const late = await rawSocket(stopping.port, `/sync/${id}`)
    await expectRefused(late, 503, 'restarting')
    expect(late.head.toLowerCase()).toContain('retry-after: ')
    expect(await Promise.all(people.map((client) => client.closeCode()))).toEqual(people.map(() => 1012))
    expect(await refused.closeCode()).toBe(closeCodes['not-found'])
    await drained
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(mute.controls.some(({ opcode }) => opcode === 8)).toBe(true)
    expect(stopping.endpoint.connections).toBe(0)
    await stopping.stop()
  })
})

describe.concurrent('[W8] a document that cannot be opened', () => {
  const failures = [
    ['is damaged', () => Promise.reject(new DocumentDamaged()), closeCodes['document-damaged']],
    [
      'fails in a way nobody foresaw',
      () => Promise.reject(new TypeError('oh')),
      closeCodes['internal-error'],
    ],
    [
      'is on a storage that is away',
      () => Promise.reject(new StorageFailure('away', { full: false })),
      closeCodes.overloaded,
    ],
  ] as const
  for (const [what, read, code] of failures) {
    test(`because it ${what}: ${code}`, async () => {
      const broken = await syncServer({ log: (log) => ({ read, append: log.append, fold: log.fold }) })
      const client = wireClient(broken.port, await broken.create('broken'))
      expect(await client.closeCode()).toBe(code)
      await broken.stop()
    })
  }

  test('in 15 s: 1013', async () => {
    const time = new VirtualTimers()
    const read = Promise.withResolvers<never>()
    const hanging = await syncServer({
      timers: time,
      log: (log) => ({ read: () => read.promise, append: log.append, fold: log.fold }),
    })
    const client = wireClient(hanging.port, await hanging.create('hanging'))
    await client.opened()
    time.advance(limits.joinMs + 2_000)
    expect(await client.closeCode()).toBe(closeCodes.overloaded)
    read.reject(new StorageFailure('at last', { full: false }))
    await hanging.stop()
  })
})
