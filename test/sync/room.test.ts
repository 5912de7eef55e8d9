import { limits } from '@weft/protocol'
import { DocumentGone, LineageMismatch, MalformedUpdate, StorageFailure, UpdateGap } from '@weft/sync'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { turnOfTheLoop, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(1)
})

async function together(...names: string[]) {
  const document = await world.document()
  const people = names.map((name) => world.person(name))
  for (const person of people) await world.connect(person, document)
  await world.settled()
  return { document, people }
}

function heardTypes(person: { readonly heard: readonly { readonly type: string }[] }): string[] {
  return person.heard.map((message) => message.type)
}

describe('A room tells', () => {
  test('[R1] nobody of an edit before the log holds it, not even its writer', async () => {
    const { document, people } = await together('ann', 'ben')
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

  test('everybody the very same bytes, the writer too', async () => {
    const { people } = await together('ann', 'ben', 'chloe')
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
    const { document, people } = await together('ann', 'ben')
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
    expect(heardTypes(ben ?? { heard: [] })).toEqual(['update', 'update'])
    expect((await world.storage.updates.read(document, 0)).head).toBe(2)
  })

  test('one log row per actor and turn', async () => {
    const { document, people } = await together('ann', 'ben')
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
    const { document, people } = await together('ann')
    const [ann] = people
    for (const text of ['one ', 'two ', 'three']) {
      ann?.type(ann.text.length, text)
      await world.settled()
      const slice = await world.storage.updates.read(document, 0)
      expect(slice.head).toBe(ann?.revision)
    }
  })

  test('come at once for an edit that was there before', async () => {
    const { document, people } = await together('ann')
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
    const { people } = await together('ann')
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
    expect((await world.stored(await documentOf())).getText('content').toString()).toBe('alostb')
  })
})

async function documentOf() {
  const [first] = (await world.storage.documents.list({ trashed: false, title: null, limit: 1, after: null }))
    .documents
  if (first === undefined) throw new Error('no document')
  return first.id
}

describe('While the storage fails', () => {
  test('the room says so, keeps what it has taken, and goes on by itself', async () => {
    const { document, people } = await together('ann', 'ben')
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
    const { people } = await together('ann')
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

  test('reading stops when too much waits, and goes on after', async () => {
    const { people } = await together('ann')
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

describe('Opening and closing', () => {
  test('[R4] ten who arrive together share one reading of the log', async () => {
    const document = await world.document()
    const people = Array.from({ length: 10 }, (_, index) => world.person(`p${index}`))
    await world.during(Promise.all(people.map((person) => person.connect(world.rooms, document))))
    expect(world.log.reads).toBe(1)
    expect(world.rooms.stats()).toMatchObject({ rooms: 1, peers: 10 })
  })

  test('[R8] an empty room stays until what it took is durable', async () => {
    const { document, people } = await together('ann')
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
    const { document, people } = await together('ann')
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

  test.each(Array.from({ length: 60 }, (_, index) => index))(
    '[R6] who comes back while the room folds and closes finds everything (interleaving %i)',
    async (interleaving) => {
      const { document, people } = await together('ann')
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

  test('[R3] what another node stores while the log is read is not missed', async () => {
    const { document, people } = await together('ann')
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
    const { document, people } = await together('ann')
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
    const { document, people } = await together('ann', 'ben')
    await world.storage.documents.trash(document, 1)
    world.rooms.dismiss(document)
    expect(people.map((person) => person.closedWith)).toEqual(['not-found', 'not-found'])
  })

  test('takes no edit any more, even if nobody told the room', async () => {
    const { document, people } = await together('ann')
    const [ann] = people
    await world.storage.documents.trash(document, 1)
    ann?.type(0, 'too late')
    await world.settled()
    expect(ann?.closedWith).toBe('not-found')
    expect(world.rooms.stats().rooms).toBe(0)
  })
})

describe('Nothing a peer sends disturbs another', () => {
  const garbage: readonly [string, Uint8Array][] = [
    ['an empty message', new Uint8Array()],
    ['an unknown type', Uint8Array.of(77)],
    ['an auth message', Uint8Array.of(2, 0, 0)],
    ['a receipt', Uint8Array.of(100, 1, 1)],
    ['a cut-off update', Uint8Array.of(0, 2, 200)],
    ['an update that is none', Uint8Array.of(0, 2, 3, 9, 9, 9)],
    ['a bomb of structs', Uint8Array.of(0, 2, 10, 1, 128, 128, 128, 16, 1, 0, 0, 0, 0)],
    ['presence that is none', Uint8Array.of(1, 3, 9, 9, 9)],
    ['bytes after the message', Uint8Array.of(3, 0)],
    ['a state vector that is none', Uint8Array.of(0, 0, 2, 200, 200)],
  ]
  test.each(garbage)('[R7] %s closes only its sender', async (_name, bytes) => {
    const { people } = await together('ann', 'ben', 'mallory')
    const [ann, ben, mallory] = people
    mallory?.membership?.receive(bytes)
    expect(mallory?.closedWith).toBe('malformed')
    ann?.type(0, 'still here')
    await world.settled()
    expect(ben?.text.toString()).toBe('still here')
  })

  test('[R9] a viewer hears everything, is asked for nothing, and writes nothing', async () => {
    const { document, people } = await together('ann')
    const [ann] = people
    const viewer = world.person('viewer')
    viewer.type(0, 'unsent words of mine')
    await world.connect(viewer, document, { access: 'read' })
    ann?.type(0, 'public')
    await world.settled()
    expect(viewer.heard.map((message) => message.type)).not.toContain('sync-step-1')
    expect(viewer.text.toString()).toContain('public')
    for (const type of ['update', 'sync-step-2'] as const) {
      if (!viewer.isConnected) await world.connect(viewer, document, { access: 'read' })
      viewer.say({ type, update: Y.encodeStateAsUpdate(viewer.doc) })
      await world.settled()
      expect(viewer.closedWith).toBe('forbidden')
    }
    expect((await world.stored(document)).getText('content').toString()).toBe('public')
    expect(ann?.text.toString()).toBe('public')
  })

  test('a client that cannot fill its own hole is sent away, with nothing stored', async () => {
    const { document, people } = await together('mallory')
    const [mallory] = people
    const stranger = new Y.Doc()
    stranger.getText('content').insert(0, 'a')
    const before = Y.encodeStateVector(stranger)
    stranger.getText('content').insert(1, 'b')
    const update = Y.encodeStateAsUpdate(stranger, before)
    for (let times = 0; times < 5; times++) mallory?.say({ type: 'sync-step-2', update })
    await world.settled()
    expect(mallory?.closedWith).toBe('out-of-sync')
    expect((await world.storage.updates.read(document, 0)).head).toBe(0)
  })
})

describe('A slow reader', () => {
  test('[R10] costs a bounded amount of memory, and has everything when it is quick again', async () => {
    const { people } = await together('ann', 'slow')
    const [ann, slow] = people
    if (ann === undefined || slow === undefined) throw new Error('nobody')
    slow.isStalled = true
    const page = 'y'.repeat(64 * 1024)
    for (let sent = 0; sent < 100; sent++) {
      ann.type(0, page)
      if (sent % 3 === 0) ann.remove(10, 1_000)
      await world.jostle(20)
    }
    const waiting = slow.incoming.reduce((total, framed) => total + framed.length, 0)
    expect(waiting).toBeLessThan(limits.sendQueueBytes + 4 * page.length)
    slow.isStalled = false
    await world.settled()
    expect(slow.text.toString()).toBe(ann.text.toString())
    expect(slow.closedWith).toBeNull()
  })

  test('is sent away, to come back, when it stays slow', async () => {
    const { people } = await together('ann', 'slow')
    const [ann, slow] = people
    if (ann === undefined || slow === undefined) throw new Error('nobody')
    slow.isStalled = true
    for (let sent = 0; sent < 30; sent++) {
      ann.type(0, 'y'.repeat(64 * 1024))
      await world.settled()
    }
    world.timers.advance(limits.laggingMs + 1)
    expect(slow.closedWith).toBe('too-slow')
  })
})

describe('A program', () => {
  const robot = { id: 'token:robot', kind: 'token', name: 'robot', dye: 12 } as const
  function edit(text: string): Uint8Array {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, text)
    return Y.encodeStateAsUpdate(doc)
  }

  test('merges with what people type, and hears when it is durable', async () => {
    const { document, people } = await together('ann')
    const [ann] = people
    ann?.type(0, 'typed')
    const position = await world.during(world.rooms.write(document, edit('written '), robot))
    expect((await world.storage.updates.read(document, 0)).head).toBeGreaterThanOrEqual(position)
    await world.settled()
    expect(ann?.text.toString()).toContain('written')
    expect(ann?.text.toString()).toContain('typed')
  })

  test('gets the same position again for the same update', async () => {
    const document = await world.document()
    const update = edit('once')
    const first = await world.during(world.rooms.write(document, update, robot))
    expect(await world.during(world.rooms.write(document, update, robot))).toBe(first)
  })

  test('is told what is wrong with its update, and nothing is stored', async () => {
    const document = await world.document()
    await expect(
      world.during(world.rooms.write(document, Uint8Array.of(1, 2, 3), robot)),
    ).rejects.toBeInstanceOf(MalformedUpdate)
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'a')
    const before = Y.encodeStateVector(doc)
    doc.getText('content').insert(1, 'b')
    const update = Y.encodeStateAsUpdate(doc, before)
    await expect(world.during(world.rooms.write(document, update, robot))).rejects.toBeInstanceOf(UpdateGap)
    expect((await world.storage.updates.read(document, 0)).head).toBe(0)
  })

  test('leaves no room open behind it', async () => {
    const document = await world.document()
    await world.during(world.rooms.write(document, edit('x'), robot))
    world.timers.advance(limits.idleRoomMs + 1)
    await world.settled()
    expect(world.rooms.stats().rooms).toBe(0)
  })
})
