import { limits } from '@weft/protocol'
import { DocumentGone, LineageMismatch, StorageFailure } from '@weft/sync'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Person } from '../support/person.ts'
import { turnOfTheLoop, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(1)
})

describe('Opening and closing', () => {
  test('[R4] ten who arrive together share one reading of the log', async () => {
    const document = await world.document()
    const people = Array.from({ length: 10 }, (_, index) => world.person(`p${index}`))
    await world.during(Promise.all(people.map((person) => person.connect(world.rooms, document))))
    expect(world.log.reads).toBe(1)
    expect(world.rooms.stats()).toMatchObject({ rooms: 1, peers: 10 })
  })

  test('[R8] an empty room stays until what it took is durable', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    world.log.hold()
    ann?.type(0, 'late')
    await world.settled()
    ann?.disconnect()
    world.timers.advance(limits.idleRoomMs * 3)
    expect(world.rooms.stats().rooms).toBe(1)
    world.log.release()
    await world.settled()
    world.timers.advance(limits.idleRoomMs + 1)
    await world.settled()
    expect(world.rooms.stats().rooms).toBe(0)
    expect((await world.stored(document)).getText('content').toString()).toBe('late')
  })

  test('[R5] an idle room is folded into one snapshot that holds everything', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    for (const letter of 'folded') {
      ann?.type(ann.text.length, letter)
      await world.settled()
    }
    ann?.disconnect()
    world.timers.advance(limits.idleRoomMs + 1)
    await world.settled()
    const slice = await world.storage.updates.read(document, 0)
    expect(slice.updates).toHaveLength(1)
    expect(slice.head).toBe(6)
    expect((await world.stored(document)).getText('content').toString()).toBe('folded')
  })

  test('[R5] a long tail is folded while people are there, after a rest', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    const typeOne = async () => {
      ann?.type(ann.text.length, 'x')
      await world.settled()
    }
    for (let entry = 0; entry < 128; entry++) await typeOne()
    world.timers.advance(10_000)
    await world.settled()
    expect((await world.storage.updates.read(document, 0)).updates).toHaveLength(128)
    await typeOne()
    await world.settled()
    const folded = await world.storage.updates.read(document, 0)
    expect(folded.actors).toEqual([null])
    expect(folded.index).not.toBeNull()
    // The next one has to wait for its rest, and comes by itself.
    for (let entry = 0; entry < 200; entry++) await typeOne()
    world.timers.advance(2_000)
    await world.settled()
    expect((await world.storage.updates.read(document, 0)).updates.length).toBeLessThan(128)
    expect((await world.stored(document)).getText('content').toString()).toBe('x'.repeat(329))
    expect(world.warnings).toEqual([])
  })

  const interleavings = Array.from({ length: 60 }, (_, index) => index)
  test.each(interleavings)(
    '[R6] who comes back while the room folds and closes finds everything (interleaving %i)',
    async (interleaving) => {
      const { document, people } = await world.together('ann')
      const [ann] = people
      ann?.type(0, 'before')
      await world.settled()
      ann?.disconnect()
      world.timers.advance(limits.idleRoomMs + 1)
      // The fold waits for the folder, then for the log: stop at every step of that, by turns and by promises.
      for (let wait = 0; wait < Math.floor(interleaving / 15); wait++) {
        await turnOfTheLoop()
        world.timers.step(100)
      }
      for (let step = 0; step < interleaving % 15; step++) await Promise.resolve()
      const ben = world.person('ben')
      await world.connect(ben, document)
      ben.type(0, 'after')
      await world.settled()
      expect(ben.text.toString()).toMatch(/^(afterbefore|beforeafter)$/)
      expect(ben.receipted).toBe(ben.sent)
      expect((await world.stored(document)).getText('content').toString()).toBe(ben.text.toString())
      expect(world.rooms.stats()).toMatchObject({ rooms: 1, peers: 1 })
    },
  )

  test('a document that is not there lets nobody in, and leaves nothing behind', async () => {
    const ann = world.person('ann')
    const document = await world.document('there')
    await world.storage.documents.trash(document, 1)
    await expect(world.connect(ann, document)).rejects.toBeInstanceOf(DocumentGone)
    expect(world.rooms.stats().rooms).toBe(0)
  })

  test('a client of another lineage is not let in', async () => {
    const document = await world.document()
    const ann = world.person('ann')
    await expect(world.connect(ann, document, { lineage: 'another' })).rejects.toBeInstanceOf(LineageMismatch)
    await world.connect(ann, document, { lineage: 'lineage-1' })
  })

  test('what people answered each other by another way opens again, though one turn took all of it', async () => {
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people as [Person, Person]
    const pass = (from: Person, to: Person) => Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc), to)
    world.log.hold()
    ann.type(0, 'first ')
    await world.settled()
    for (const word of ['ping ', 'pong ', 'ping ', 'pong ']) {
      const [writer, reader] = word === 'ping ' ? [ann, ben] : [ben, ann]
      writer.type(writer.text.length, word)
      writer.remove(0, 1)
      await world.settled()
      pass(writer, reader)
    }
    world.log.release()
    await world.settled()
    const written = ann.text.toString()
    expect(written).toContain('ping pong ping pong')
    world.crash()
    const chloe = world.person('chloe')
    await world.connect(chloe, document)
    await world.settled()
    expect(chloe.text.toString()).toBe(written)
    expect((await world.stored(document)).getText('content').toString()).toBe(written)
  })

  test('[R3] what another node stores while the log is read is not missed', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    ann?.type(0, 'mine')
    await world.settled()
    const elsewhere = await world.stored(document)
    elsewhere.getText('content').insert(0, 'theirs, ')
    const update = Y.encodeStateAsUpdate(elsewhere, Y.encodeStateVector(ann?.doc ?? new Y.Doc()))
    await world.storage.updates.append(document, [{ update, actor: 'guest:other', at: 1 }])
    ann?.type(ann.text.length, '!')
    await world.settled()
    expect(ann?.text.toString()).toBe('theirs, mine!')
    expect(ann?.receipted).toBe(ann?.sent)
  })

  test('closing all waits until everything taken is durable', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    world.log.hold()
    ann?.type(0, 'last words')
    await world.settled()
    const closed = world.rooms.closeAll()
    await world.settled()
    expect((await world.storage.updates.read(document, 0)).head).toBe(0)
    world.log.release()
    await world.during(closed)
    expect((await world.stored(document)).getText('content').toString()).toBe('last words')
    await expect(world.connect(world.person('ben'), document)).rejects.toBeInstanceOf(StorageFailure)
  })
})

describe('A document that goes to the trash', () => {
  test('sends its people away with a final reason', async () => {
    const { document, people } = await world.together('ann', 'ben')
    await world.storage.documents.trash(document, 1)
    world.rooms.dismiss(document)
    expect(people.map((person) => person.closedWith)).toEqual(['not-found', 'not-found'])
  })

  test('takes no edit any more, even if nobody told the room', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    await world.storage.documents.trash(document, 1)
    ann?.type(0, 'too late')
    await world.settled()
    expect(ann?.closedWith).toBe('not-found')
    expect(world.rooms.stats().rooms).toBe(0)
  })
})
