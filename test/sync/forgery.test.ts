import { ForeignClient } from '@weft/sync'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Person } from '../support/person.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(3)
})

/** An update that says it comes from this client, and continues what that client wrote so far. */
function forged(victim: Person, edit: (text: Y.Text) => void): Uint8Array {
  const forger = new Y.Doc()
  Y.applyUpdate(forger, Y.encodeStateAsUpdate(victim.doc))
  const before = Y.encodeStateVector(forger)
  forger.clientID = victim.doc.clientID
  edit(forger.getText('content'))
  return Y.encodeStateAsUpdate(forger, before)
}

/** Clocks that hold nothing, of a client whose next they would be. */
function emptied(client: number, clock: number, length: number): Uint8Array {
  return Uint8Array.of(1, 1, client, clock, 0, length, 0)
}

describe('A client id belongs to the actor who first used it', () => {
  const forgeries: readonly [string, (victim: Person) => Uint8Array][] = [
    ['put words in their mouth', (victim) => forged(victim, (text) => text.insert(0, 'EVIL'))],
    ['make their next edits vanish', (victim) => emptied(victim.doc.clientID, 5, 100)],
    ['delete what they have not typed yet', (victim) => Uint8Array.of(0, 1, victim.doc.clientID, 1, 5, 9)],
    [
      'hide all of that in edits of its own',
      (victim) => {
        const doc = new Y.Doc()
        Y.applyUpdate(
          doc,
          forged(victim, (text) => text.insert(0, 'EVIL')),
        )
        doc.getText('content').insert(0, 'innocent')
        return Y.encodeStateAsUpdate(doc)
      },
    ],
  ]
  test.each(forgeries)('nobody else can %s', async (_name, forge) => {
    const { document, people } = await world.together('ann', 'mallory', 'ben')
    const [ann, mallory, ben] = people
    ann?.type(0, 'hello')
    await world.settled()
    if (ann === undefined || mallory === undefined) throw new Error('nobody')
    const update = forge(ann)
    for (let times = 0; times < 5; times++) mallory.say({ type: 'update', update })
    for (let times = 0; times < 5; times++) mallory.say({ type: 'sync-step-2', update })
    await world.settled()
    expect(mallory.closedWith).toMatch(/^(forbidden|out-of-sync)$/)
    ann.type(5, ' world')
    await world.settled()
    expect(ann.text.toString()).toBe('hello world')
    expect(ben?.text.toString()).toBe('hello world')
    expect(ann.receipted).toBe(ann.sent)
    expect((await world.stored(document)).getText('content').toString()).toBe('hello world')
  })

  test('nor after the document was folded and the server started again', async () => {
    const { document, people } = await world.together('ann', 'mallory')
    const [ann, mallory] = people
    ann?.type(0, 'hello')
    await world.settled()
    for (const person of people) person.disconnect()
    world.timers.advance(60_000)
    await world.settled()
    expect((await world.storage.updates.read(document, 0)).updates).toHaveLength(1)
    world.crash()
    if (ann === undefined || mallory === undefined) throw new Error('nobody')
    await world.connect(mallory, document)
    mallory.say({ type: 'update', update: forged(ann, (text) => text.insert(0, 'EVIL')) })
    await world.settled()
    expect(mallory.closedWith).toBe('forbidden')
    expect((await world.stored(document)).getText('content').toString()).toBe('hello')
  })

  test('nor by a program', async () => {
    const { document, people } = await world.together('ann')
    const [ann] = people
    ann?.type(0, 'hello')
    await world.settled()
    if (ann === undefined) throw new Error('nobody')
    const robot = { id: 'token:robot', kind: 'token', name: 'robot', dye: 12 } as const
    const update = forged(ann, (text) => text.insert(0, 'EVIL'))
    await expect(world.during(world.rooms.write(document, update, robot))).rejects.toBeInstanceOf(
      ForeignClient,
    )
  })

  test('but the same person goes on with it in other tabs and after being offline', async () => {
    const document = await world.document()
    const actor = { id: 'guest:ann', kind: 'guest', name: 'ann', dye: 2 } as const
    const [tab, otherTab, ben] = [
      world.person('tab', { actor }),
      world.person('other tab', { actor }),
      world.person('ben'),
    ]
    for (const person of [tab, otherTab, ben]) await world.connect(person, document)
    tab.type(0, 'one ')
    await world.settled()
    // The first tab's offline edits come up through the second, as when tabs share what is kept on the device.
    tab.disconnect()
    tab.type(4, 'two ')
    Y.applyUpdate(otherTab.doc, Y.encodeStateAsUpdate(tab.doc))
    await world.settled()
    await world.connect(tab, document)
    tab.type(8, 'three')
    await world.settled()
    for (const person of [tab, otherTab, ben]) {
      expect(person.closedWith).toBeNull()
      expect(person.text.toString()).toBe('one two three')
    }
  })
})
