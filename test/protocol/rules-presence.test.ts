import { type Actor, closeCodes, limits } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PresenceEntry, presenceStates, readPresenceStates } from '../support/presence.ts'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { type WireClient, wireClient } from '../support/wire-client.ts'

let server: SyncServer

const ada: Actor = { id: 'guest:ada', kind: 'guest', name: 'Ada', dye: 3 }
const nameless: Actor = { id: 'guest:nameless', kind: 'guest', name: null, dye: null }

beforeAll(async () => {
  server = await syncServer({
    admit: ({ host, cookie }) => ({ actor: cookie === 'ada' ? ada : nameless, origin: `http://${host}` }),
  })
})
afterAll(() => server.stop())

async function arrive(id: string, cookie?: string): Promise<WireClient> {
  const client = wireClient(server.port, id, {
    manual: true,
    ...(cookie === undefined ? {} : { headers: { cookie } }),
  })
  await client.opened()
  return client
}

function say(client: WireClient, ...entries: PresenceEntry[]): void {
  client.send({ type: 'presence', states: presenceStates(entries) })
}

/** Everything that this client was told of presence, in order. */
function told(client: WireClient): PresenceEntry[] {
  return client.all('presence').flatMap(({ states }) => readPresenceStates(states))
}

/** The last that it was told of one client id. */
function last(client: WireClient, id: number): PresenceEntry | undefined {
  return told(client).findLast((entry) => entry.client === id)
}

/** Waits until the server has taken all that `client` sent before. */
async function taken(client: WireClient): Promise<void> {
  const before = client.all('sync-step-2').length
  client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
  await until(() => client.all('sync-step-2').length > before)
}

describe.concurrent('[W6] a query', () => {
  test('is answered with the states of everybody', async () => {
    const id = await server.create('w6')
    const [one, two] = [await arrive(id), await arrive(id)]
    say(one, { client: 1, clock: 0, state: { here: 'one' } })
    say(two, { client: 2, clock: 0, state: { here: 'two' } })
    await until(() => told(one).length >= 2)
    const late = await arrive(id)
    await until(() => told(late).length >= 2)
    const before = late.all('presence').length
    late.send({ type: 'query-presence' })
    await until(() => late.all('presence').length > before)
    const answer = late.all('presence').at(-1)
    const clients = readPresenceStates(answer?.states ?? Uint8Array.of(0)).map(({ client }) => client)
    expect(clients.sort()).toEqual([1, 2])
  })
})

describe.concurrent('[W7] presence', () => {
  test('returns to its sender: for a lone stock client that is the only sign of life', async () => {
    const client = await arrive(await server.create('w7'))
    say(client, { client: 5, clock: 0, state: { cursor: 1 } })
    await until(() => last(client, 5))
    say(client, { client: 5, clock: 1, state: { cursor: 1 } })
    await until(() => last(client, 5)?.clock === 1)
  })

  test('is sent to viewers, and taken from them', async () => {
    const readers = await syncServer({ roleOf: () => 'viewer' })
    const id = await readers.create('w7-viewer')
    const [one, two] = [wireClient(readers.port, id), wireClient(readers.port, id)]
    await Promise.all([one.opened(), two.opened()])
    say(one, { client: 5, clock: 0, state: {} })
    await until(() => last(two, 5))
    one.close()
    two.close()
    await readers.stop()
  })
})

describe.concurrent('[W11] a client id belongs to the peer that first brought it', () => {
  test('so nobody changes or removes the state of another, however high the clock', async () => {
    const id = await server.create('w11')
    const [owner, forger] = [await arrive(id), await arrive(id)]
    say(owner, { client: 5, clock: 3, state: { cursor: 1 } })
    await until(() => last(forger, 5))
    say(forger, { client: 5, clock: 1_000_000, state: { cursor: 'forged' } })
    say(forger, { client: 5, clock: 1_000_001, state: null })
    await taken(forger)
    say(owner, { client: 5, clock: 4, state: { cursor: 2 } })
    await until(() => last(owner, 5)?.clock === 4)
    expect(told(owner).map(({ clock }) => clock)).toEqual([3, 4])
  })

  test('and what clients repeat of each other changes nothing', async () => {
    const id = await server.create('w11-repeat')
    const [owner, other] = [await arrive(id), await arrive(id)]
    say(owner, { client: 5, clock: 3, state: { cursor: 1 } })
    await until(() => last(other, 5))
    say(other, { client: 5, clock: 3, state: { cursor: 1 } })
    await taken(other)
    owner.close()
    await until(() => last(other, 5)?.state === null)
  })

  test('and an id that left is not brought back by an echo of its state', async () => {
    const id = await server.create('w11-ghost')
    const [owner, other] = [await arrive(id), await arrive(id)]
    say(other, { client: 6, clock: 0, state: {} })
    say(owner, { client: 5, clock: 3, state: {} })
    await until(() => last(other, 5))
    owner.close()
    await until(() => last(other, 5)?.state === null)
    say(other, { client: 5, clock: 3, state: {} })
    await taken(other)
    const late = await arrive(id)
    await until(() => last(late, 6))
    expect(last(late, 5)).toBeUndefined()
  })
})

describe.concurrent('[W12] identity', () => {
  test('is the server’s word: id, kind, name and colour of a known person cannot be claimed', async () => {
    const id = await server.create('w12')
    const [one, two] = [await arrive(id, 'ada'), await arrive(id)]
    const user = { id: 'user:root', kind: 'user', name: 'Mallory', dye: 1, color: 'red;}' }
    say(one, { client: 5, clock: 0, state: { user, cursor: { anchor: 7 } } })
    const seen = await until(() => last(two, 5))
    expect(seen.state).toMatchObject({
      cursor: { anchor: 7 },
      user: { id: 'guest:ada', kind: 'guest', name: 'Ada', dye: 3, color: '#7c6200' },
    })
  })

  test('a guest without a name may call itself something, cleaned and cut', async () => {
    const id = await server.create('w12-guest')
    const client = await arrive(id)
    const name = `\u202E Grace\u0000\n${'x'.repeat(200)}`
    say(client, { client: 5, clock: 0, state: { user: { id: 'guest:ada', name, color: 'url(x)' } } })
    const seen = await until(() => last(client, 5))
    expect(seen.state).toMatchObject({
      user: { id: 'guest:nameless', name: expect.stringMatching(/^Gracex+$/) },
    })
    const { user } = seen.state as { user: { name: string; color: string } }
    expect(user.name).toHaveLength(limits.nameLength)
    expect(user.color).toMatch(/^#[0-9a-f]{6}$/)
  })

  test('is there even when a client says nothing of itself', async () => {
    const id = await server.create('w12-empty')
    const client = await arrive(id)
    say(client, { client: 5, clock: 0, state: {} })
    const seen = await until(() => last(client, 5))
    expect(seen.state).toMatchObject({ user: { id: 'guest:nameless', name: 'Guest' } })
  })
})

describe.concurrent('[W13] presence ends with its connection', () => {
  test('however that ends: with a goodbye or without', async () => {
    const id = await server.create('w13')
    const [watcher, polite, cut] = [await arrive(id), await arrive(id), await arrive(id)]
    say(polite, { client: 1, clock: 4, state: {} })
    say(cut, { client: 2, clock: 4, state: {} })
    await until(() => last(watcher, 1) && last(watcher, 2))
    polite.close()
    await until(() => last(watcher, 1)?.state === null)
    cut.terminate()
    await until(() => last(watcher, 2)?.state === null)
    // y-protocols takes a removal only with the clock of the last state, or a higher one.
    expect([last(watcher, 1)?.clock, last(watcher, 2)?.clock]).toEqual([4, 4])
  })

  test('and a client may take its own state away and come again', async () => {
    const id = await server.create('w13-again')
    const [watcher, client] = [await arrive(id), await arrive(id)]
    say(client, { client: 1, clock: 0, state: {} })
    await until(() => last(watcher, 1))
    say(client, { client: 1, clock: 1, state: null })
    await until(() => last(watcher, 1)?.state === null)
    say(client, { client: 1, clock: 2, state: {} })
    await until(() => last(watcher, 1)?.clock === 2)
  })
})

describe.concurrent('[W14] presence is bounded', () => {
  test('a state over 4 KiB is not taken', async () => {
    const id = await server.create('w14-size')
    const client = await arrive(id)
    say(client, { client: 1, clock: 0, state: { text: 'x'.repeat(limits.presenceStateBytes) } })
    say(client, { client: 2, clock: 0, state: {} })
    await until(() => last(client, 2))
    expect(last(client, 1)).toBeUndefined()
  })

  test('a connection has at most 4 client ids', async () => {
    const id = await server.create('w14-ids')
    const client = await arrive(id)
    const many = Array.from({ length: 1_000 }, (_, index) => ({ client: index + 1, clock: 0, state: {} }))
    say(client, ...many)
    await taken(client)
    await until(() => told(client).length > 0)
    expect(new Set(told(client).map((entry) => entry.client)).size).toBe(limits.presenceIdsPerPeer)
  })

  test('what is no object is not taken, and what is no list of states ends with 4400', async () => {
    const id = await server.create('w14-shape')
    const client = await arrive(id)
    say(client, { client: 1, clock: 0, state: 'text' })
    say(client, { client: 2, clock: 0, state: [1] })
    say(client, { client: 3, clock: 0, state: {} })
    await until(() => last(client, 3))
    expect(told(client).map((entry) => entry.client)).toEqual([3])
    client.send({ type: 'presence', states: Uint8Array.of(3, 1, 1) })
    expect(await client.closeCode()).toBe(closeCodes.malformed)
  })
})
