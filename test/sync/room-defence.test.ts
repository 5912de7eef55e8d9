import { limits } from '@weft/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Person } from '../support/person.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(1)
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
    const { people } = await world.together('ann', 'ben', 'mallory')
    const [ann, ben, mallory] = people
    mallory?.membership?.receive(bytes)
    expect(mallory?.closedWith).toBe('malformed')
    ann?.type(0, 'still here')
    await world.settled()
    expect(ben?.text.toString()).toBe('still here')
  })

  test('[R9] a viewer hears everything, is asked for nothing, and writes nothing', async () => {
    const { document, people } = await world.together('ann')
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
    const { document, people } = await world.together('mallory')
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
    world = new World(1, undefined, { ...limits, textLength: limits.stateBytes })
    const { people } = await world.together('ann', 'slow')
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

  test('of nothing but its own echoes costs no more, and is sent away too', async () => {
    const document = await world.document()
    const ann = world.person('ann')
    await world.connect(ann, document, { receipts: false })
    ann.type(0, 'y'.repeat(64 * 1024))
    await world.settled()
    ann.isStalled = true
    const update = Y.encodeStateAsUpdate(ann.doc)
    for (let times = 0; times < 60; times++) {
      ann.say({ type: 'update', update })
      await world.settled()
    }
    const waiting = ann.incoming.reduce((total, framed) => total + framed.length, 0)
    expect(waiting).toBeLessThan(limits.sendQueueBytes + 2 * update.length)
    world.timers.advance(limits.laggingMs + 1)
    expect(ann.closedWith).toBe('too-slow')
  })

  test('of nothing but its own receipts is sent away too', async () => {
    const { people } = await world.together('ann')
    const [ann] = people
    if (ann === undefined) throw new Error('nobody')
    ann.type(0, 'x')
    await world.settled()
    const update = Y.encodeStateAsUpdate(ann.doc)
    ann.isStalled = true
    // As if it had taken none for hours.
    ann.incoming.push(new Uint8Array(limits.sendQueueBytes))
    ann.say({ type: 'update', update })
    await world.settled()
    world.timers.advance(limits.laggingMs + 1)
    expect(ann.closedWith).toBe('too-slow')
  })

  test('is sent away, to come back, when it stays slow', async () => {
    const { people } = await world.together('ann', 'slow')
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

  describe('whose line brings it on', () => {
    /** Lags behind 2 MiB of what ann wrote. */
    async function lagging(): Promise<{ readonly ann: Person; readonly slow: Person }> {
      const { people } = await world.together('ann', 'slow')
      const [ann, slow] = people
      if (ann === undefined || slow === undefined) throw new Error('nobody')
      slow.isStalled = true
      for (let sent = 0; sent < 4; sent++) {
        ann.type(0, 'y'.repeat(512 * 1024))
        await world.settled()
      }
      return { ann, slow }
    }
    const takes = (slow: Person, bytes: number, times: number) => {
      for (let time = 0; time < times && slow.closedWith === null; time++) {
        slow.takenBytes += bytes
        world.timers.advance(limits.laggingMs)
      }
    }

    test('[W24] may take minutes for what waits, and has everything then', async () => {
      const { ann, slow } = await lagging()
      takes(slow, limits.laggingBytes, 8)
      ann.type(0, 'meanwhile ')
      await world.settled()
      expect(slow.closedWith).toBeNull()
      slow.isStalled = false
      await world.settled()
      expect(slow.text.toString()).toBe(ann.text.toString())
    })

    test('[W24] by next to nothing is sent away', async () => {
      const { slow } = await lagging()
      takes(slow, limits.laggingBytes - 1, 1)
      expect(slow.closedWith).toBe('too-slow')
    })

    test('[W24] and for whom more waits when all that waited first is gone is sent away', async () => {
      const { slow } = await lagging()
      takes(slow, 512 * 1024, 20)
      expect(slow.closedWith).toBe('too-slow')
    })

    test('[W24] is told once, when it can hear, how much of its own is durable', async () => {
      const { slow } = await lagging()
      const queued = slow.incoming.length
      for (let typed = 0; typed < 5; typed++) {
        slow.type(0, 'z')
        await world.settled()
      }
      expect(slow.incoming.length).toBe(queued)
      slow.isStalled = false
      await world.settled()
      expect(slow.receipted).toBe(slow.sent)
    })
  })
})
