import { StorageFailure, type UpdateLog } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

let server: SyncServer
let trouble: 'none' | 'full' | 'away' = 'none'

/** A storage that fails when the test says so, before anything is written. */
function failing(log: UpdateLog): UpdateLog {
  return {
    read: log.read,
    fold: log.fold,
    append: (document, entries) =>
      trouble === 'none'
        ? log.append(document, entries)
        : Promise.reject(new StorageFailure('no', { full: trouble === 'full' })),
  }
}

beforeAll(async () => {
  server = await syncServer({ log: failing })
})
afterAll(() => server.stop())

describe('[W15] receipts', () => {
  test('say how many of the connection’s sync messages are durable, and at which revision', async () => {
    const id = await server.create('w15')
    const client = wireClient(server.port, id, { manual: true, query: '?receipts=1' })
    await client.opened()
    client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    client.send({ type: 'sync-step-2', update: Uint8Array.of(0, 0) })
    await until(() => client.receipted === 1)
    client.send({ type: 'update', update: updateOf(1, 'one') })
    client.send({ type: 'update', update: updateOf(2, 'two') })
    await until(() => client.receipted === 3)
    const { head } = await server.storage.updates.read(id, 0)
    expect(client.all('receipt').at(-1)).toMatchObject({ messages: 3, position: head })
    client.close()
  })

  test('come after the log holds what they speak of', async () => {
    const id = await server.create('w15-order')
    const stored: Promise<string>[] = []
    const client = wireClient(server.port, id, {
      query: '?receipts=1',
      onMessage: (message) => {
        if (message.type !== 'receipt') return
        stored.push(server.stored(id).then((doc) => doc.getText('content').toString()))
      },
    })
    await until(() => client.all('sync-step-2').length === 1)
    client.text.insert(0, 'durable')
    await until(() => client.receipted === client.sent && stored.length > 0)
    expect((await Promise.all(stored)).at(-1)).toBe('durable')
    client.close()
  })

  test('cover what was durable before: a client that sends again after a reconnect is answered', async () => {
    const id = await server.create('w15-again')
    const update = updateOf(1, 'one')
    for (let visit = 0; visit < 2; visit++) {
      const client = wireClient(server.port, id, { manual: true, query: '?receipts=1' })
      await client.opened()
      client.send({ type: 'sync-step-2', update })
      await until(() => client.receipted === 1)
      client.close()
    }
    expect((await server.storage.updates.read(id, 0)).head).toBe(1)
  })

  test('are not sent to those who did not ask', async () => {
    const id = await server.create('w15-stock')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    client.send({ type: 'update', update: updateOf(1, 'one') })
    await until(() => client.all('update').length === 1)
    expect(client.received.every(({ type }) => type !== 'receipt' && type !== 'not-saved')).toBe(true)
    client.close()
  })
})

describe('[W16] while the server cannot commit', () => {
  for (const [kind, reason] of [
    ['full', 'storage-full'],
    ['away', 'storage-unavailable'],
  ] as const) {
    test(`it says ${reason}, tells nobody, stays readable, and the next receipt takes it back`, async () => {
      const id = await server.create(`w16-${kind}`)
      const client = wireClient(server.port, id, { query: '?receipts=1' })
      await until(() => client.all('sync-step-2').length === 1)
      client.text.insert(0, 'before ')
      await until(() => client.receipted === client.sent)
      trouble = kind
      client.text.insert(0, 'after ')
      await until(() => client.all('not-saved').length === 1)
      expect(client.all('not-saved')[0]?.reason).toBe(reason)
      const late = wireClient(server.port, id, { query: '?receipts=1' })
      await until(() => late.text.toString() === 'before ')
      await until(() => late.all('not-saved').length === 1)
      expect(client.receipted).toBeLessThan(client.sent)
      trouble = 'none'
      await until(() => client.receipted === client.sent)
      await until(() => late.text.toString() === 'after before ')
      client.close()
      late.close()
    })
  }
})
