/** Small messages that once were taken and then broke something for everybody: each was found by the protocol fuzz. */
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import {
  beyondItsEnd,
  subdocumentWithout,
  undefinedEmbed,
  undefinedFormat,
} from '../support/hostile-updates.ts'
import { watched } from '../support/watchdog.ts'
import { World } from '../support/world.ts'

describe('[W18] what Yjs would throw at is not kept', () => {
  const poisons = [
    ['a format whose value is no JSON', 'text', undefinedFormat()],
    ['an embed that is no JSON', 'yjs', undefinedEmbed('rich')],
    ['a subdocument whose options are null', 'yjs', subdocumentWithout(null)],
    ['a subdocument whose options are undefined', 'yjs', subdocumentWithout(undefined)],
  ] as const
  test.each(poisons)('%s', async (_name, kind, update) => {
    expect(() => Y.applyUpdate(new Y.Doc(), update)).toThrow()
    const world = new World(1)
    const document = await world.document('doc', kind)
    const [ann, mallory] = [world.person('ann'), world.person('mallory')]
    for (const person of [ann, mallory]) await world.connect(person, document)
    ann.type(0, 'hello')
    await world.settled()
    mallory.say({ type: 'update', update })
    await world.settled()
    expect(mallory.closedWith).toBe('malformed')
    expect((await world.stored(document)).getText('content').toString()).toBe('hello')
  })
})

describe('[R7] one message does not stop the server', () => {
  test('that refers to what its own part of another client does not bring', async () => {
    const world = new World(1)
    const { document, people } = await world.together('ann', 'mallory')
    const [ann, mallory] = people
    mallory?.say({ type: 'update', update: beyondItsEnd(70, 50) })
    watched(() => mallory?.deliverOutgoing())
    ann?.type(0, 'hello')
    await world.settled()
    expect([...(await world.stored(document)).store.clients.keys()]).toEqual([ann?.doc.clientID])
  })
})
