import { limits } from '@weft/protocol'
import { MalformedUpdate, UpdateGap } from '@weft/sync'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(1)
})

describe('A program', () => {
  const robot = { id: 'token:robot', kind: 'token', name: 'robot', dye: 12 } as const
  function edit(text: string): Uint8Array {
    const doc = new Y.Doc()
    doc.getText('content').insert(0, text)
    return Y.encodeStateAsUpdate(doc)
  }

  test('merges with what people type, and hears when it is durable', async () => {
    const { document, people } = await world.together('ann')
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

  test('is shown where it wrote, for a moment, to those who are here', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    const names = () => [...(ann?.presence.getStates().values() ?? [])].map((state) => state.user?.name)
    const caret = { tname: 'content', item: null, assoc: 0 }
    world.rooms.showProgram(document, robot, {
      client: 77,
      state: { cursor: { anchor: caret, head: caret } },
    })
    await world.settled()
    expect(ann?.presence.getStates().get(77)).toMatchObject({
      user: { id: 'token:robot', kind: 'token', name: 'robot', dye: 12 },
      cursor: { head: caret },
    })
    world.rooms.showProgram(document, robot, { client: 78, state: {} })
    await world.settled()
    // Once, however often it writes.
    expect(names().filter((name) => name === 'robot')).toHaveLength(1)
    world.timers.advance(limits.programPresenceMs)
    await world.settled()
    expect(names()).not.toContain('robot')
  })

  test('is shown to nobody where nobody is', async () => {
    const document = await world.document()
    world.rooms.showProgram(document, robot, { client: 77, state: {} })
    const ann = world.person('ann')
    await world.connect(ann, document)
    await world.settled()
    expect(ann.presence.getStates().has(77)).toBe(false)
  })
})
