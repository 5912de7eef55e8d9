import { limits } from '@weft/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import * as awareness from 'y-protocols/awareness'
import type { Person } from '../support/person.ts'
import { random, seeds } from '../support/random.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(2)
})

async function together(...names: string[]): Promise<readonly [Person, Person, ...Person[]]> {
  const document = await world.document()
  const people = names.map((name) => world.person(name))
  for (const person of people) {
    await world.connect(person, document)
    person.presence.setLocalState({ cursor: { at: person.name } })
  }
  await world.settled()
  return people as unknown as readonly [Person, Person, ...Person[]]
}

function seenBy(person: Person): string[] {
  return [...person.presence.getStates().values()].map((state) => state.cursor?.at ?? '?').sort()
}

function stateOf(person: Person, seen: Person) {
  return person.presence.getStates().get(seen.doc.clientID)
}

describe('Presence', () => {
  test('shows everybody to everybody, and to who comes later', async () => {
    const [ann, ben] = await together('ann', 'ben')
    expect(seenBy(ann)).toEqual(['ann', 'ben'])
    expect(seenBy(ben)).toEqual(['ann', 'ben'])
  })

  test('goes with its connection, at once', async () => {
    const [ann, ben] = await together('ann', 'ben')
    ben.disconnect()
    await world.settled()
    expect(seenBy(ann)).toEqual(['ann'])
  })

  test('goes when it is not renewed', async () => {
    const [ann, ben] = await together('ann', 'ben')
    world.timers.advance(limits.presenceExpiryMs / 2)
    ann.presence.setLocalState({ cursor: { at: 'ann' } })
    await world.settled()
    world.timers.advance(limits.presenceExpiryMs * 0.9)
    await world.settled()
    expect(seenBy(ann)).toEqual(['ann'])
    expect(ben.isConnected).toBe(true)
  })

  test('is stamped with who the server knows it to be', async () => {
    const [ann, ben] = await together('ann', 'ben')
    ben.presence.setLocalState({
      user: { id: 'guest:ann', name: 'ann', kind: 'user', color: 'red;position:fixed' },
    })
    await world.settled()
    expect(stateOf(ann, ben)?.user).toMatchObject({
      id: 'guest:ben',
      name: 'ben',
      kind: 'guest',
      dye: 1,
      color: '#1a66b8',
    })
  })

  test('lets a guest whom the server does not know name itself, within bounds', async () => {
    const document = await world.document()
    const ann = world.person('ann')
    const guest = world.person('guest', { actor: { id: 'guest:1', kind: 'guest', name: null, dye: null } })
    for (const person of [ann, guest]) await world.connect(person, document)
    guest.presence.setLocalState({
      user: { name: `\u202eQuiet\u0000 heron${'x'.repeat(200)}`, color: '#ff0000' },
    })
    await world.settled()
    const user = stateOf(ann, guest)?.user
    expect(user.name).toMatch(/^Quiet heronx+$/)
    expect(user.name).toHaveLength(limits.nameLength)
    expect(user.color).toBe('#ff0000')
    guest.presence.setLocalState({ user: { name: 7, color: 'url(//evil)' } })
    await world.settled()
    expect(stateOf(ann, guest)?.user).toMatchObject({
      name: 'Guest',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
    })
  })

  test('of one client cannot be changed, moved or removed by another', async () => {
    const [ann, ben, mallory] = await together('ann', 'ben', 'mallory')
    if (mallory === undefined) throw new Error('nobody')
    const forged = new awareness.Awareness(ben.doc)
    for (const state of [{ cursor: { at: 'forged' } }, null]) {
      forged.setLocalState(state)
      forged.meta.set(ben.doc.clientID, { clock: 2 ** 40, lastUpdated: 0 })
      const states = awareness.encodeAwarenessUpdate(
        forged,
        [ben.doc.clientID],
        new Map(state === null ? [] : [[ben.doc.clientID, state]]),
      )
      mallory.say({ type: 'presence', states })
      await world.settled()
      expect(seenBy(ann)).toEqual(['ann', 'ben', 'mallory'])
    }
    forged.destroy()
    ben.presence.setLocalState({ cursor: { at: 'moved' } })
    await world.settled()
    expect(seenBy(ann)).toEqual(['ann', 'mallory', 'moved'])
  })

  test('of somebody who left is not brought back by an echo', async () => {
    const [ann, ben] = await together('ann', 'ben')
    const echo = awareness.encodeAwarenessUpdate(ann.presence, [ben.doc.clientID])
    ben.disconnect()
    await world.settled()
    ann.say({ type: 'presence', states: echo })
    await world.settled()
    expect(seenBy(ann)).toEqual(['ann'])
  })

  test('of somebody who reconnects is accepted with the clock it left with', async () => {
    const [ann, ben] = await together('ann', 'ben')
    const document = (
      await world.storage.documents.list({ trashed: false, title: null, limit: 1, after: null })
    ).documents[0]
    if (document === undefined) throw new Error('no document')
    ben.disconnect()
    await world.settled()
    const chloe = world.person('chloe')
    await world.connect(ben, document.id)
    await world.settled()
    await world.connect(chloe, document.id)
    await world.settled()
    expect(seenBy(chloe)).toContain('ben')
    expect(ann.isConnected).toBe(true)
  })

  test('brings at most a few clients per connection', async () => {
    const [ann, mallory] = await together('ann', 'mallory')
    for (let client = 1_000; client < 1_200; client++) {
      const other = new awareness.Awareness(mallory.doc)
      const states = awareness.encodeAwarenessUpdate(
        Object.assign(other, { meta: new Map([[client, { clock: 1, lastUpdated: 0 }]]) }),
        [client],
        new Map([[client, { cursor: { at: 'crowd' } }]]),
      )
      other.destroy()
      mallory.say({ type: 'presence', states })
    }
    await world.settled()
    expect(seenBy(ann).filter((name) => name === 'crowd').length).toBeLessThan(limits.presenceIdsPerPeer)
  })

  test('that is too large, no object or meant to harm readers is passed over', async () => {
    const [ann, ben] = await together('ann', 'ben')
    ben.presence.setLocalState({ cursor: { at: 'x'.repeat(limits.presenceStateBytes) } })
    await world.settled()
    expect(seenBy(ann)).toEqual(['ann', 'ben'])
    ben.presence.setLocalState(JSON.parse('{"__proto__":{"isAdmin":true},"cursor":{"at":"harm"}}'))
    await world.settled()
    expect(seenBy(ann)).toEqual(['ann', 'ben'])
    expect(ben.closedWith).toBeNull()
  })

  test('of a reader that lags is complete when it has caught up', async () => {
    const [ann, slow] = await together('ann', 'slow')
    slow.isStalled = true
    for (let page = 0; page < 4; page++) {
      ann.type(0, 'y'.repeat(512 * 1024))
      await world.settled()
    }
    ann.presence.setLocalState({ cursor: { at: 'far' } })
    await world.settled()
    slow.isStalled = false
    await world.settled()
    expect(seenBy(slow)).toEqual(['far', 'slow'])
  })

  test.each(seeds(50))('agrees after anything, when everything is told (seed %i)', async (seed) => {
    world = new World(seed)
    const document = await world.document()
    const seeded = random(seed)
    const people = ['ann', 'ben', 'chloe', 'dev'].map((name) => world.person(name))
    let moves = 0
    for (let step = 0; step < 60; step++) {
      const person = seeded.pick(people)
      if (!person.isConnected) await world.connect(person, document)
      else if (seeded.chance(0.2)) person.disconnect()
      person.presence.setLocalState({ cursor: { at: `${person.name}${moves++}` } })
      await world.jostle(seeded.below(5))
    }
    for (const person of people) {
      if (!person.isConnected) await world.connect(person, document)
      person.presence.setLocalState({ cursor: { at: person.name } })
    }
    await world.settled()
    for (const person of people) expect(seenBy(person)).toEqual(['ann', 'ben', 'chloe', 'dev'])
  })
})
