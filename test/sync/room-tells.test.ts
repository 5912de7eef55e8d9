import { limits } from '@weft/protocol'
import { StorageFailure } from '@weft/sync'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { turnOfTheLoop, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(1)
})

function heardTypes(person: { readonly heard: readonly { readonly type: string }[] }): string[] {
  return person.heard.map((message) => message.type)
}

describe('A room tells', () => {
  test('[R1] nobody of an edit before the log holds it, not even its writer', async () => {
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    world.log.hold()
    ann?.type(0, 'hello')
    await world.settled()
    expect(ben?.text.toString()).toBe('')
    expect(ann?.receipted).toBe(1)
    expect((await world.stored(document)).getText('content').toString()).toBe('')
    world.log.release()
    await world.settled()
    expect(ben?.text.toString()).toBe('hello')
    expect(ann?.receipted).toBe(2)
    expect((await world.stored(document)).getText('content').toString()).toBe('hello')
  })

  test('[W15] those who only read on which revision others brought the document to, at most once a second', async () => {
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    const receipts = () => ben?.heard.filter(({ type }) => type === 'receipt') ?? []
    const first = receipts().length
    const began = world.timers.now()
    for (let key = 0; key < 60; key++) {
      ann?.type(0, 'x')
      await world.jostle(10)
    }
    const seconds = Math.ceil((world.timers.now() - began) / limits.revisionMs)
    expect(receipts().length - first).toBeLessThanOrEqual(1 + seconds)
    await world.settled()
    const { head } = await world.storage.updates.read(document, 0)
    expect(head).toBeGreaterThan(2 + seconds)
    expect(receipts().at(-1)).toEqual({ type: 'receipt', messages: ben?.sent, position: head })
    const told = receipts().length
    world.timers.advance(10 * limits.revisionMs)
    await world.settled()
    expect(receipts()).toHaveLength(told)
  })

  test('[W16] no revision while it cannot commit: that would take back what it said', async () => {
    const { people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    for (const key of 'abc') {
      ann?.type(0, key)
      await world.settled()
    }
    world.log.failures = Array.from({ length: 1_000 }, () => new StorageFailure('planted', { full: false }))
    ann?.type(0, 'd')
    await world.jostle(50)
    world.timers.advance(3 * limits.revisionMs)
    await world.jostle(50)
    const last = ben?.heard.findLast(({ type }) => type === 'receipt' || type === 'not-saved')
    expect(last?.type).toBe('not-saved')
    world.log.failures = []
    await world.settled()
    world.timers.advance(limits.revisionMs)
    await world.settled()
    expect(ben?.heard.findLast(({ type }) => type === 'receipt')).toMatchObject({ position: 4 })
  })

  test('everybody the very same bytes, the writer too', async () => {
    const { people } = await world.together('ann', 'ben', 'chloe')
    const frames = people.map(() => [] as Uint8Array[])
    for (const [index, person] of people.entries()) {
      const push = person.incoming.push.bind(person.incoming)
      person.incoming.push = (...framed) => {
        frames[index]?.push(...framed)
        return push(...framed)
      }
    }
    people[0]?.type(0, 'x')
    await world.settled()
    const updates = frames.map((framed) => framed.filter((bytes) => bytes[2] === 0))
    expect(updates[0]).toHaveLength(1)
    expect(updates[1]?.[0]).toBe(updates[0]?.[0])
    expect(updates[2]?.[0]).toBe(updates[0]?.[0])
  })

  test('one entry and one frame for all that came while the last commit ran', async () => {
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    world.log.hold()
    ann?.type(0, '0')
    await world.settled()
    for (let index = 1; index < 50; index++) {
      ann?.type(index, String(index % 10))
      await world.jostle(3)
    }
    await world.settled()
    if (ben !== undefined) ben.heard.length = 0
    world.log.release()
    await world.settled()
    expect(ben?.text.toString()).toHaveLength(50)
    const heard = heardTypes(ben ?? { heard: [] })
    expect(heard.filter((type) => type !== 'receipt')).toEqual(['update', 'update'])
    expect((await world.storage.updates.read(document, 0)).head).toBe(2)
  })

  test('one log row per actor and turn', async () => {
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    world.log.hold()
    ann?.type(0, 'first')
    await world.settled()
    ann?.type(0, 'a')
    ben?.type(0, 'b')
    ann?.type(0, 'c')
    await world.settled()
    world.log.release()
    await world.settled()
    expect((await world.storage.updates.read(document, 0)).head).toBe(3)
  })
})

describe('Receipts', () => {
  test('[R2] name the position at which a fresh reader finds the edit', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    for (const text of ['one ', 'two ', 'three']) {
      ann?.type(ann.text.length, text)
      await world.settled()
      const slice = await world.storage.updates.read(document, 0)
      expect(slice.head).toBe(ann?.revision)
    }
  })

  test('come at once for an edit that was there before', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    ann?.type(0, 'once')
    await world.settled()
    const revision = ann?.revision
    ann?.say({ type: 'update', update: Y.encodeStateAsUpdate(ann.doc) })
    await world.settled()
    expect(ann?.receipted).toBe(ann?.sent)
    expect(ann?.revision).toBe(revision)
    expect((await world.storage.updates.read(document, 0)).head).toBe(revision)
  })

  test('for a stock client are its own update, even if nothing of it was new', async () => {
    const document = await world.document()
    const ann = world.person('ann')
    await world.connect(ann, document, { receipts: false })
    ann.type(0, 'x')
    await world.settled()
    expect(heardTypes(ann)).toContain('update')
    ann.heard.length = 0
    ann.say({ type: 'update', update: Y.encodeStateAsUpdate(ann.doc) })
    await world.settled()
    expect(heardTypes(ann)).toEqual(['update'])
  })

  test('wait for the answer of a client whose message had a hole', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    ann?.type(0, 'a')
    await world.settled()
    ann?.type(1, 'lost')
    ann?.outgoing.pop()
    ann?.type(5, 'b')
    const message = ann?.outgoing.pop()
    if (message !== undefined) ann?.membership?.receive(message)
    await turnOfTheLoop()
    expect(ann?.receipted).toBeLessThan(ann?.sent ?? 0)
    await world.settled()
    expect(ann?.text.toString()).toBe('alostb')
    expect((await world.stored(document)).getText('content').toString()).toBe('alostb')
  })
})

describe('A clock that is set back by an hour', () => {
  const hourMs = 60 * 60 * 1_000

  test('delays nothing that is written, and nobody who moves', async () => {
    const { people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    ann?.type(0, 'before')
    ann?.presence.setLocalStateField('cursor', 1)
    await world.settled()
    world.timers.setClock(-hourMs)
    const setAt = world.timers.now()
    ann?.type(0, 'after ')
    await world.settled()
    expect(world.timers.now() - setAt).toBeLessThan(1_000)
    expect(ann?.receipted).toBe(ann?.sent)
    expect(ben?.text.toString()).toBe('after before')
    world.timers.setClock(-hourMs)
    ann?.presence.setLocalStateField('cursor', 2)
    await world.settled()
    expect(ben?.presence.getStates().get(ann?.doc.clientID ?? 0)).toMatchObject({ cursor: 2 })
  })
})

describe('While the storage fails', () => {
  test('the room says so, keeps what it has taken, and goes on by itself', async () => {
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    world.log.failures = Array.from({ length: 3 }, () => new StorageFailure('planted', { full: true }))
    ann?.type(0, 'kept')
    await world.settled()
    expect(ann?.heard).toContainEqual({ type: 'not-saved', reason: 'storage-full' })
    expect(ben?.heard.filter((message) => message.type === 'not-saved')).toHaveLength(1)
    expect(ann?.receipted).toBe(ann?.sent)
    expect(ben?.text.toString()).toBe('kept')
    expect((await world.stored(document)).getText('content').toString()).toBe('kept')
  })

  test('no receipt is given', async () => {
    const { people } = await world.together('ann')
    const [ann] = people
    world.log.failures = Array.from({ length: 1_000 }, () => new StorageFailure('planted', { full: false }))
    ann?.type(0, 'x')
    const receipted = ann?.receipted
    await world.jostle(200)
    expect(ann?.receipted).toBe(receipted)
    world.log.failures = []
    await world.settled()
    expect(ann?.receipted).toBe(ann?.sent)
  })

  test('reading stops of one that repeats itself, and goes on after', async () => {
    const document = await world.document()
    const ann = world.person('ann')
    await world.connect(ann, document, { receipts: false })
    ann.type(0, 'x'.repeat(100_000))
    await world.settled()
    const update = Y.encodeStateAsUpdate(ann.doc)
    world.log.hold()
    ann.type(0, 'y')
    for (let times = 0; times < 30; times++) ann.say({ type: 'update', update })
    await world.settled()
    expect(ann.isReading).toBe(false)
    expect(ann.outgoing.length).toBeGreaterThan(10)
    ann.heard.length = 0
    world.log.release()
    await world.settled()
    expect(ann.isReading).toBe(true)
    expect(ann.outgoing).toEqual([])
    expect(heardTypes(ann).filter((type) => type === 'update')).toHaveLength(31)
  })

  test('reading stops when too much waits, and goes on after', async () => {
    world = new World(1, undefined, { ...limits, textLength: limits.stateBytes })
    const { people } = await world.together('ann')
    const [ann] = people
    world.log.hold()
    const chunk = 'x'.repeat(1024 * 1024)
    for (let sent = 0; sent <= limits.uncommittedBytes + 2 * chunk.length; sent += chunk.length)
      ann?.type(0, chunk)
    await world.settled()
    expect(ann?.isReading).toBe(false)
    expect(ann?.outgoing.length).toBeGreaterThan(0)
    world.log.release()
    await world.settled()
    expect(ann?.isReading).toBe(true)
    expect(ann?.receipted).toBe(ann?.sent)
  })
})
