/** Documents that are full, rooms that are too many, and questions without end. */
import { limits } from '@weft/protocol'
import { DocumentFull, RoomsFull } from '@weft/sync'
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { World } from '../support/world.ts'

const small = { textLength: 100, stateBytes: 4_000, roomBytes: limits.roomBytes }

async function stored(world: World, document: Parameters<World['stored']>[0]): Promise<string> {
  return (await world.stored(document)).getText('content').toString()
}

describe('A full document', () => {
  test('[W30] is read-only: who writes hears why, others go on reading, and nothing of it is stored', async () => {
    const world = new World(1, undefined, small)
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    ann?.type(0, 'x'.repeat(100))
    await world.settled()
    expect(ben?.heard).not.toContainEqual({ type: 'not-saved', reason: 'document-full' })
    ben?.type(0, 'one more')
    await world.settled()
    expect(ben?.heard).toContainEqual({ type: 'not-saved', reason: 'document-full' })
    expect(ann?.heard).not.toContainEqual({ type: 'not-saved', reason: 'document-full' })
    expect(ben?.closedWith).toBeNull()
    expect(await stored(world, document)).toBe('x'.repeat(100))
    expect(ann?.text.length).toBe(100)
    const viewer = world.person('viewer')
    await world.connect(viewer, document, { access: 'read' })
    await world.settled()
    expect(viewer.text.length).toBe(100)
  })

  test('[W30] takes deletes, and then what was refused before, without anybody connecting again', async () => {
    const world = new World(2, undefined, small)
    const { document, people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    ann?.type(0, 'x'.repeat(100))
    await world.settled()
    ben?.type(0, 'ten more..')
    ben?.type(10, '!')
    await world.settled()
    const before = ben?.heard.filter(({ type }) => type === 'receipt').length
    ann?.remove(0, 10)
    await world.settled()
    world.timers.advance(limits.revisionMs)
    await world.settled()
    // A word of the new revision would take back that ben's edits were refused.
    expect(ben?.heard.filter(({ type }) => type === 'receipt').length).toBe(before)
    ann?.remove(0, 40)
    await world.settled()
    world.timers.advance(limits.fullRetryMs)
    await world.settled()
    expect(await stored(world, document)).toHaveLength(61)
    expect(ann?.text.toString()).toBe(ben?.text.toString())
    expect(ben?.heard.filter(({ type }) => type === 'receipt').length).toBeGreaterThan(before ?? 0)
  })

  test('is not made of clocks that hold nothing: others go on writing', async () => {
    const world = new World(4, undefined, small)
    const { document, people } = await world.together('ann', 'mallory')
    const [ann, mallory] = people
    // 60 clocks that are gone, and 40 of deleted text, of which the deletes say nothing.
    for (const update of [
      Uint8Array.of(1, 1, 2, 0, 0, 60, 0),
      Uint8Array.of(1, 1, 2, 60, 0x81, 2, 59, 40, 0),
    ])
      mallory?.say({ type: 'update', update })
    await world.settled()
    expect(mallory?.receipted).toBe(mallory?.sent)
    ann?.type(0, 'x'.repeat(90))
    await world.settled()
    expect(ann?.heard).not.toContainEqual({ type: 'not-saved', reason: 'document-full' })
    expect(ann?.receipted).toBe(ann?.sent)
    expect(await stored(world, document)).toBe('x'.repeat(90))
    ann?.type(0, 'one too many')
    await world.settled()
    expect(ann?.heard).toContainEqual({ type: 'not-saved', reason: 'document-full' })
  })

  test('lets whoever wrote too much take it back', async () => {
    const world = new World(3, undefined, small)
    const { document, people } = await world.together('ann')
    const [ann] = people
    ann?.type(0, 'fits ')
    await world.settled()
    ann?.type(5, 'y'.repeat(200))
    await world.settled()
    expect(await stored(world, document)).toBe('fits ')
    ann?.remove(5, 200)
    ann?.type(5, 'now')
    await world.settled()
    world.timers.advance(limits.fullRetryMs * 2)
    await world.settled()
    expect(await stored(world, document)).toBe('fits now')
  })

  test('in bytes is folded before anybody is refused for good: what was deleted takes no space', async () => {
    const world = new World(4, undefined, { ...small, textLength: 10_000 })
    const { document, people } = await world.together('ann')
    const [ann] = people
    for (let round = 0; round < 8; round++) {
      ann?.type(0, 'z'.repeat(900))
      await world.settled()
      ann?.remove(0, 900)
      await world.settled()
      world.timers.advance(limits.fullRetryMs * 2)
      await world.settled()
    }
    ann?.type(0, 'still room')
    await world.settled()
    world.timers.advance(limits.fullRetryMs * 2)
    await world.settled()
    expect(await stored(world, document)).toBe('still room')
    ann?.type(0, 'w'.repeat(5_000))
    await world.settled()
    expect(await stored(world, document)).toBe('still room')
  })

  test('ends the connection of a client that would not understand the reason', async () => {
    const world = new World(5, undefined, small)
    const document = await world.document()
    const stock = world.person('stock')
    await world.connect(stock, document, { receipts: false })
    stock.type(0, 'x'.repeat(101))
    await world.settled()
    expect(stock.closedWith).toBe('document-full')
    expect(await stored(world, document)).toBe('')
  })

  test('is refused to programs, and others are not', async () => {
    const world = new World(6, undefined, small)
    const document = await world.document()
    const doc = new Y.Doc()
    doc.getText('content').insert(0, 'x'.repeat(101))
    const actor = { id: 'guest:program', kind: 'guest', name: null, dye: null } as const
    const write = (update: Uint8Array) => world.during(world.rooms.write(document, update, actor))
    await expect(write(Y.encodeStateAsUpdate(doc))).rejects.toBeInstanceOf(DocumentFull)
    doc.getText('content').delete(0, 50)
    await write(Y.encodeStateAsUpdate(doc))
    expect(await stored(world, document)).toHaveLength(51)
  })

  test('is one with as many client ids as a state vector may name', async () => {
    const world = new World(7)
    const document = await world.document('crowded', 'yjs')
    const actor = { id: 'guest:program', kind: 'guest', name: null, dye: null } as const
    const write = (update: Uint8Array) => world.during(world.rooms.write(document, update, actor))
    await write(oneLetterEach(limits.clientsPerDocument))
    await expect(write(oneLetter(limits.clientsPerDocument + 1))).rejects.toBeInstanceOf(DocumentFull)
  })
})

describe('Too many rooms', () => {
  const caps = { textLength: limits.textLength, stateBytes: limits.stateBytes, roomBytes: 100_000 }
  const text = 'x'.repeat(30_000)

  async function filled(world: World, names: readonly string[]) {
    const opened = []
    for (const name of names) {
      const document = await world.document(name)
      const person = world.person(name)
      await world.connect(person, document)
      person.type(0, text)
      await world.settled()
      world.timers.advance(1_001)
      opened.push({ document, person })
    }
    return opened
  }

  test('idle ones leave at once, the longest idle first, and lose nothing', async () => {
    const world = new World(8, undefined, caps)
    const [first, second] = await filled(world, ['first', 'second'])
    first?.person.disconnect()
    await world.settled()
    second?.person.disconnect()
    await world.settled()
    expect(world.rooms.stats().rooms).toBe(2)
    await filled(world, ['third', 'fourth'])
    expect(world.rooms.stats().rooms).toBe(3)
    expect(world.rooms.stats().bytes).toBeLessThan(caps.roomBytes + 50_000)
    const again = world.person('again')
    if (first !== undefined) await world.connect(again, first.document)
    await world.settled()
    expect(again.text.length).toBe(30_000)
  })

  test('[R4] when all are in use no other opens, those that are open are joined, and it passes', async () => {
    const world = new World(9, undefined, caps)
    const opened = await filled(world, ['one', 'two', 'three'])
    const document = await world.document('one-too-many')
    expect(world.rooms.mayOpen(document)).toBe(false)
    await expect(world.person('late').connect(world.rooms, document)).rejects.toBeInstanceOf(RoomsFull)
    const guest = world.person('guest')
    if (opened[0] !== undefined) await world.connect(guest, opened[0].document)
    await world.settled()
    expect(guest.text.length).toBe(30_000)
    opened[1]?.person.disconnect()
    await world.settled()
    world.timers.advance(1_001)
    expect(world.rooms.mayOpen(document)).toBe(true)
  })
})

test('Rooms that many ask for in the same moment, as after a restart, keep to their bound too', async () => {
  const caps = { textLength: limits.textLength, stateBytes: limits.stateBytes, roomBytes: 100_000 }
  const world = new World(3, undefined, caps)
  const documents = await Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      const document = await world.document(`doc-${number}`)
      const doc = new Y.Doc()
      doc.getText('content').insert(0, 'x'.repeat(40_000))
      const update = Y.encodeStateAsUpdate(doc)
      await world.storage.updates.append(document, [{ update, actor: 'guest:ann', at: 1 }])
      return document
    }),
  )
  const people = documents.map((_, number) => world.person(`p${number}`))
  const arriving = people.map((person, number) =>
    person.connect(world.rooms, documents[number] ?? raise()).catch((error: unknown) => error),
  )
  const outcomes = await world.during(Promise.all(arriving))
  await world.settled()
  expect(world.rooms.stats().bytes).toBeLessThan(caps.roomBytes + 60_000)
  const refused = outcomes.filter((outcome) => outcome instanceof RoomsFull)
  expect(refused.length).toBe(people.filter(({ isConnected }) => !isConnected).length)
  expect(world.rooms.stats().rooms).toBe(people.length - refused.length)
  // They come back, and find space when others have left.
  for (const person of people) if (person.isConnected) person.disconnect()
  const late = people.findIndex((_, number) => outcomes[number] instanceof RoomsFull)
  await world.connect(people[late] ?? raise(), documents[late] ?? raise())
  await world.settled()
  expect(people[late]?.text.length).toBe(40_000)
})

function raise(): never {
  throw new Error('nobody')
}

describe('Questions', () => {
  test('[W31] are answered some at once and then one at a time, the last one always', async () => {
    const world = new World(10)
    const { people } = await world.together('ann', 'ben')
    const [ann, ben] = people
    ann?.type(0, 'text')
    await world.settled()
    const answers = () => ben?.heard.filter(({ type }) => type === 'sync-step-2').length ?? 0
    const before = answers()
    for (let times = 0; times < 500; times++) ben?.say({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    for (let turn = 0; turn < 500; turn++) ben?.deliverOutgoing()
    while (ben?.deliverIncoming() === true);
    expect(answers() - before).toBeLessThanOrEqual(limits.questionsBurst)
    const atOnce = answers()
    world.timers.advance(limits.questionMs * 5)
    await world.settled()
    expect(answers()).toBe(atOnce + 1)
    expect(ben?.closedWith).toBeNull()
  })

  test('[W31] that are larger than any document’s close only their sender', async () => {
    const world = new World(11)
    const { people } = await world.together('mallory')
    people[0]?.say({ type: 'sync-step-1', stateVector: new Uint8Array(limits.stateVectorBytes + 1) })
    await world.settled()
    expect(people[0]?.closedWith).toBe('malformed')
  })
})

function oneLetter(client: number): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = client
  doc.getText('t').insert(0, '.')
  return Y.encodeStateAsUpdate(doc)
}

/** Of clients 1 to `count`, the highest first as Yjs has them. Making and merging so many would take long. */
function oneLetterEach(count: number): Uint8Array {
  // Behind [clients 1, structs 1, client 1], before the deletes, of which there are none.
  const rest = oneLetter(1).subarray(3, -1)
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, count)
  for (let client = count; client > 0; client--) {
    encoding.writeVarUint(encoder, 1)
    encoding.writeVarUint(encoder, client)
    encoding.writeUint8Array(encoder, rest)
  }
  encoding.writeVarUint(encoder, 0)
  return encoding.toUint8Array(encoder)
}
