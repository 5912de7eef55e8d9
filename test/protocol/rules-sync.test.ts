import { type Actor, closeCodes, encode } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

let server: SyncServer

beforeAll(async () => {
  server = await syncServer()
})
afterAll(() => server.stop())

describe.concurrent('[W1] one message per frame', () => {
  test('bytes behind a message end the connection with 4400, and nothing of it is kept', async () => {
    const id = await server.create('w1-behind')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    const update = encode({ type: 'update', update: updateOf(1, 'first') })
    client.sendBytes(Buffer.concat([update, encode({ type: 'update', update: updateOf(2, 'second') })]))
    expect(await client.closeCode()).toBe(closeCodes.malformed)
    expect((await server.stored(id)).getText('content').toString()).toBe('')
  })

  test('many people who type at once are told one message in each frame', async () => {
    const id = await server.create('w1-many')
    // decode() in the client refuses anything behind a message.
    const clients = Array.from({ length: 8 }, () => wireClient(server.port, id))
    await Promise.all(clients.map((client) => until(() => client.all('sync-step-2').length > 0)))
    for (let round = 0; round < 30; round++) for (const client of clients) client.text.insert(0, 'x')
    await until(() => clients.every((client) => client.text.length === 240))
    for (const client of clients) client.close()
  })
})

describe.concurrent('[W2] the order of the first messages', () => {
  test('is free: a client that begins with an update is taken at its word', async () => {
    const id = await server.create('w2')
    const client = wireClient(server.port, id, { manual: true, query: '?receipts=1' })
    await client.opened()
    client.send({ type: 'update', update: updateOf(1, 'hello') })
    await until(() => client.receipted === 1)
    expect((await server.stored(id)).getText('content').toString()).toBe('hello')
    client.close()
  })
})

describe.concurrent('[W3] step 1 is answered by one step 2', () => {
  test('with all that the client lacks, its deletes included', async () => {
    const id = await server.create('w3')
    const writer = wireClient(server.port, id)
    await writer.opened()
    writer.text.insert(0, 'hello world')
    const before = Y.encodeStateVector(writer.doc)
    writer.text.delete(0, 6)
    await until(async () => (await server.stored(id)).getText('content').toString() === 'world')

    const held = new Y.Doc()
    Y.applyUpdate(held, Y.encodeStateAsUpdate(writer.doc))
    const late = wireClient(server.port, id, { manual: true })
    await late.opened()
    late.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    // Equal clocks are not equal documents: the delete has none of its own.
    late.send({ type: 'sync-step-1', stateVector: before })
    await until(() => late.all('sync-step-2').length === 2)
    const [whole, rest] = late.all('sync-step-2')
    const fromNothing = new Y.Doc()
    if (whole !== undefined) Y.applyUpdate(fromNothing, whole.update)
    expect(fromNothing.getText('content').toString()).toBe('world')
    expect(Y.decodeUpdate(rest?.update ?? Uint8Array.of()).ds.clients.size).toBe(1)
    writer.close()
    late.close()
  })

  test('for a document without content as well', async () => {
    const id = await server.create('w3-empty')
    const client = wireClient(server.port, id)
    await until(() => client.all('sync-step-2').length === 1)
    client.close()
  })
})

describe.concurrent('[W4] the server asks too', () => {
  test('with its own step 1, unasked, so that what was written offline comes up', async () => {
    const id = await server.create('w4')
    const offline = new Y.Doc()
    offline.getText('content').insert(0, 'written on a train')
    const client = wireClient(server.port, id, { doc: offline })
    await until(async () => (await server.stored(id)).getText('content').toString() === 'written on a train')
    expect(client.received[0]?.type).toBe('sync-step-1')
    client.close()
  })

  test('but never those who may only read: they would answer with what they may not write', async () => {
    const readers = await syncServer({ roleOf: () => 'viewer' })
    const id = await readers.create('w4-viewer')
    const viewer = wireClient(readers.port, id)
    await until(() => viewer.all('sync-step-2').length === 1)
    expect(viewer.all('sync-step-1')).toEqual([])
    viewer.close()
    await readers.stop()
  })
})

describe.concurrent('[W5] an update is told after its commit, to everybody', () => {
  test('and to its sender too: for a stock client that is the receipt', async () => {
    const id = await server.create('w5')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    const update = updateOf(7, 'mine')
    client.send({ type: 'update', update })
    const echo = await until(() => client.all('update')[0])
    expect(Buffer.from(echo.update).equals(update)).toBe(true)
    client.close()
  })

  test('also when it was there already: a client that sends again must hear again', async () => {
    const id = await server.create('w5-again')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    client.send({ type: 'update', update: updateOf(7, 'mine') })
    await until(() => client.all('update').length === 1)
    client.send({ type: 'update', update: updateOf(7, 'mine') })
    await until(() => client.all('update').length === 2)
    client.close()
  })

  test('so while the storage does not answer, nobody is told anything', async () => {
    let answer = () => {}
    let asked = 0
    const slow = await syncServer({
      log: (log) => ({
        read: log.read,
        fold: log.fold,
        async append(document, entries) {
          asked += 1
          await new Promise<void>((resolve) => {
            answer = resolve
          })
          return log.append(document, entries)
        },
      }),
    })
    const id = await slow.create('w5-slow')
    const [writer, other] = [wireClient(slow.port, id), wireClient(slow.port, id)]
    await until(() => [writer, other].every((client) => client.all('sync-step-2').length === 1))
    writer.text.insert(0, 'not yet')
    await until(() => asked === 1)
    // The room answers this after it has taken the update.
    for (const client of [writer, other]) client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    await until(() => [writer, other].every((client) => client.all('sync-step-2').length === 2))
    expect([...writer.all('update'), ...other.all('update')]).toEqual([])
    expect(other.text.toString()).toBe('')
    answer()
    await until(() => other.text.toString() === 'not yet')
    expect(writer.all('update')).toHaveLength(1)
    writer.close()
    other.close()
    await slow.stop()
  })
})

describe.concurrent('[W2] a client that has not said what it has', () => {
  test('is told nothing of the document yet, only of presence', async () => {
    const id = await server.create('w2-silent')
    const [silent, writer] = [wireClient(server.port, id, { manual: true }), wireClient(server.port, id)]
    await silent.opened()
    await until(() => writer.all('sync-step-2').length === 1)
    writer.text.insert(0, 'unheard')
    await until(() => writer.all('update').length === 1)
    silent.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    await until(() => silent.all('sync-step-2').length === 1)
    expect(silent.all('update')).toEqual([])
    silent.close()
    writer.close()
  })
})

describe.concurrent('[W18] what Yjs would not take', () => {
  const whole = updateOf(9, 'some text')
  const cases: Readonly<Record<string, Uint8Array>> = {
    'an empty update message': Uint8Array.of(),
    'an update that is cut off': whole.subarray(0, whole.length - 4),
    'bytes behind an update': Uint8Array.of(...whole, 0),
    'a count of structs beyond the bytes': Uint8Array.of(1, 0x80, 0x80, 0x80, 0x10, 1, 0),
    'text that is no UTF-8': Uint8Array.of(1, 1, 5, 0, 4, 1, 7, ...Buffer.from('content'), 2, 0xff, 0xff, 0),
    'a client id wider than 32 bits': (() => {
      const bytes = Uint8Array.of(1, 1, 0x80, 0x80, 0x80, 0x80, 0x20, 0, 4, 1, 7)
      return Uint8Array.of(...bytes, ...Buffer.from('content'), 1, 0x61, 0)
    })(),
    'another root than the content': updateOf(9, 'hidden', 'elsewhere'),
  }
  for (const [name, update] of Object.entries(cases)) {
    test(`${name}: 4400, and nothing of it is kept or told`, async () => {
      const id = await server.create(`w18-${Object.keys(cases).indexOf(name)}`)
      const honest = wireClient(server.port, id)
      await until(() => honest.all('sync-step-2').length === 1)
      const client = wireClient(server.port, id, { manual: true })
      await client.opened()
      client.send({ type: 'update', update })
      expect(await client.closeCode()).toBe(closeCodes.malformed)
      expect(honest.all('update')).toEqual([])
      expect((await server.storage.updates.read(id, 0)).head).toBe(0)
      expect(honest.isOpen).toBe(true)
      honest.close()
    })
  }

  test('but a client id of 53 bits is taken where an app has a document of its own', async () => {
    const id = await server.create('w18-wide', 'yjs')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    client.send({ type: 'update', update: updateOf(Number.MAX_SAFE_INTEGER, 'wide') })
    await until(async () => (await server.storage.updates.read(id, 0)).head === 1)
    client.close()
  })

  test('a state vector that is none: 4400', async () => {
    const id = await server.create('w18-vector')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(200, 1, 5) })
    expect(await client.closeCode()).toBe(closeCodes.malformed)
  })
})

describe.concurrent('[W19] an update that builds on something missing', () => {
  const parts = () => {
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    for (const letter of 'abc') doc.getText('content').insert(doc.getText('content').length, letter)
    return { doc, updates }
  }

  test('is not kept; the client is asked for all that is missing, and its answer heals it', async () => {
    const id = await server.create('w19')
    const { doc, updates } = parts()
    const client = wireClient(server.port, id, { manual: true, query: '?receipts=1' })
    await until(() => client.all('sync-step-1').length === 1)
    client.send({ type: 'update', update: updates[2] ?? Uint8Array.of() })
    await until(() => client.all('sync-step-1').length === 2)
    expect(client.receipted).toBe(0)
    client.send({ type: 'sync-step-2', update: Y.encodeStateAsUpdate(doc) })
    await until(() => client.receipted === 2)
    expect((await server.stored(id)).getText('content').toString()).toBe('abc')
    client.close()
  })

  test('ends with 4409 when the client cannot fill the hole itself', async () => {
    const id = await server.create('w19-beyond')
    const { updates } = parts()
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    for (let tries = 0; tries < 10; tries++) {
      client.send({ type: 'sync-step-2', update: updates[2] ?? Uint8Array.of() })
    }
    expect(await client.closeCode()).toBe(closeCodes['out-of-sync'])
    expect((await server.storage.updates.read(id, 0)).head).toBe(0)
  })
})

describe.concurrent('[W28] what a document may hold', () => {
  test('depends on its kind: a yjs document takes any roots and types', async () => {
    const id = await server.create('w28', 'yjs')
    const client = wireClient(server.port, id)
    await client.opened()
    client.doc.getMap('settings').set('theme', new Y.Map([['dark', true]]))
    client.doc.getArray('list').push([1, 'two', { three: 3 }])
    const late = wireClient(server.port, id)
    await until(() => late.doc.getArray('list').length === 3)
    expect(late.doc.getMap('settings').toJSON()).toEqual({ theme: { dark: true } })
    client.close()
    late.close()
  })
})

describe.concurrent('[W29] a client id belongs to the actor who first wrote under it', () => {
  const actor = (name: string): Actor => ({ id: `guest:${name}`, kind: 'guest', name, dye: null })
  const shared = () =>
    syncServer({
      admit: ({ host, cookie }) => ({ actor: actor(cookie ?? 'nobody'), origin: `http://${host}` }),
    })
  const as = (name: string) => ({ manual: true, query: '?receipts=1', headers: { cookie: name } })

  test('so what another continues under it is not kept, and closes that one with 4403', async () => {
    const town = await shared()
    const id = await town.create('w29')
    const ada = wireClient(town.port, id, as('ada'))
    await ada.opened()
    const doc = new Y.Doc()
    doc.clientID = 55
    doc.getText('content').insert(0, 'mine ')
    ada.send({ type: 'update', update: Y.encodeStateAsUpdate(doc) })
    await until(() => ada.receipted === 1)

    const forged = new Y.Doc()
    forged.clientID = 55
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(doc))
    const before = Y.encodeStateVector(forged)
    forged.clientID = 55
    forged.getText('content').insert(5, 'not yours')
    const mallory = wireClient(town.port, id, as('mallory'))
    await mallory.opened()
    mallory.send({ type: 'update', update: Y.encodeStateAsUpdate(forged, before) })
    expect(await mallory.closeCode()).toBe(closeCodes.forbidden)

    doc.getText('content').insert(5, 'and mine')
    ada.send({ type: 'update', update: Y.encodeStateAsUpdate(doc) })
    await until(() => ada.receipted === 2)
    expect((await town.stored(id)).getText('content').toString()).toBe('mine and mine')
    ada.close()
    await town.stop()
  })

  test('but what is there already may come from anybody', async () => {
    const town = await shared()
    const id = await town.create('w29-known')
    const update = updateOf(55, 'known')
    for (const name of ['ada', 'bob']) {
      const client = wireClient(town.port, id, as(name))
      await client.opened()
      client.send({ type: 'sync-step-2', update })
      await until(() => client.receipted === 1)
      client.close()
    }
    await town.stop()
  })
})
