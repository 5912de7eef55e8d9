import { limits } from '@weft/protocol'
import * as encoding from 'lib0/encoding'
import { beforeEach, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { Ancestry } from '../../packages/sync/src/ancestry.ts'
import { scan } from '../../packages/sync/src/scan.ts'
import { editAnything } from '../support/edits.ts'
import type { Person } from '../support/person.ts'
import { random, seeds } from '../support/random.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World(5)
})

/** Ann's client id is 1; her map has clock 0, and the value of its key clock 1. */
async function withMap(): Promise<{ readonly ann: Person; readonly mallory: Person }> {
  const document = await world.document('keys', 'yjs')
  const [ann, mallory] = [world.person('ann'), world.person('mallory')]
  for (const person of [ann, mallory]) await world.connect(person, document)
  ann.doc.getMap('map').set('nested', new Y.Map([['key', 1]]))
  await world.settled()
  return { ann, mallory }
}

/** Two values after ann's, without a word of the key; and one between these two. */
const severalValues = Uint8Array.of(1, 1, 2, 0, 0x88, 1, 1, 2, 125, 1, 125, 2, 0)
const between = Uint8Array.of(1, 1, 2, 2, 0x88, 2, 0, 1, 125, 3, 0)

test('Yjs trips over a map that goes when a key of it had two values at once', () => {
  const doc = new Y.Doc()
  doc.clientID = 1
  const map = doc.getMap('map')
  map.set('nested', new Y.Map([['key', 1]]))
  for (const update of [severalValues, between]) Y.applyUpdate(doc, update)
  expect(() => map.delete('nested')).toThrow()
})

describe('[W18] several living values of one key', () => {
  test('are not taken, so that nobody trips over them', async () => {
    const { ann, mallory } = await withMap()
    for (const update of [severalValues, between]) mallory.say({ type: 'update', update })
    await world.settled()
    expect(mallory.closedWith).toBe('malformed')
    ann.doc.getMap('map').set('nested', 'gone')
    await world.settled()
    expect(ann.receipted).toBe(ann.sent)
  })

  test('are not taken either where they name others of the same update, or what was loaded', async () => {
    const { mallory } = await withMap()
    // 3 answers 2, which answers ann; 2 comes last in the bytes.
    const chained = Uint8Array.of(
      ...[2, 1, 3, 0, 0x88, 2, 0, 2, 125, 1, 125, 2],
      ...[1, 2, 0, 0x88, 1, 1, 1, 125, 1, 0],
    )
    mallory.say({ type: 'update', update: chained })
    await world.settled()
    expect(mallory.closedWith).toBe('malformed')
  })

  test('may come when they are deleted: Yjs makes one of those that it keeps for undo', async () => {
    const document = await world.document('undo', 'yjs')
    const ann = world.person('ann')
    const map = ann.doc.getMap('map')
    const undo = new Y.UndoManager(map, { captureTimeout: 0 })
    for (let value = 0; value < 5; value++) map.set('key', value)
    expect([...(ann.doc.store.clients.get(1) ?? [])].some(({ length }) => length > 1)).toBe(true)
    await world.connect(ann, document)
    await world.settled()
    expect(ann.closedWith).toBeNull()
    expect(ann.receipted).toBe(ann.sent)
    undo.undo()
    await world.settled()
    expect((await world.stored(document)).getMap('map').get('key')).toBe(3)
  })

  test('lists and texts may hold as much as they like', async () => {
    const { ann, mallory } = await withMap()
    const list = ann.doc.getArray('list')
    list.insert(0, [1, 2, 3])
    ann.doc.getText('text').insert(0, 'words')
    await world.settled()
    mallory.doc.getArray('list').insert(1, [4, 5, 6])
    mallory.doc.getText('text').insert(2, 'more')
    await world.settled()
    expect(mallory.closedWith).toBeNull()
    expect(list.toJSON()).toEqual([1, 4, 5, 6, 2, 3])
  })
})

/** Lists in lists, so many. */
function nested(client: number, levels: number): Uint8Array {
  const encoder = encoding.createEncoder()
  const number = (value: number) => encoding.writeVarUint(encoder, value)
  for (const value of [1, levels, client, 0]) number(value)
  for (let level = 0; level < levels; level++) {
    number(7)
    if (level > 0) for (const value of [0, client, level - 1]) number(value)
    else {
      number(1)
      encoding.writeVarString(encoder, 'list')
    }
    number(0)
  }
  number(0)
  return encoding.toUint8Array(encoder)
}

describe('[W18] types inside each other', () => {
  test('may be many, and no more: whoever deletes the outermost would never sync again', async () => {
    const document = await world.document('deep', 'yjs')
    const [ann, mallory] = [world.person('ann'), world.person('mallory')]
    for (const person of [ann, mallory]) await world.connect(person, document)
    await world.settled()
    mallory.say({ type: 'update', update: nested(2, limits.typeNesting + 1) })
    await world.settled()
    expect(mallory.closedWith).toBeNull()
    // One more inside the innermost.
    mallory.say({
      type: 'update',
      update: Uint8Array.of(1, 1, 2, 0x81, 0x04, 7, 0, 2, 0x80, 0x04, 0, 0),
    })
    await world.settled()
    expect(mallory.closedWith).toBe('malformed')
    ann.doc.getArray('list').delete(0, 1)
    await world.settled()
    expect(ann.receipted).toBe(ann.sent)
    expect((await world.stored(document)).getArray('list').length).toBe(0)
  })

  test('all at once are not taken either', async () => {
    const document = await world.document('deep', 'yjs')
    const mallory = world.person('mallory')
    await world.connect(mallory, document)
    mallory.say({ type: 'update', update: nested(2, 6_000) })
    await world.settled()
    expect(mallory.closedWith).toBe('malformed')
  })
})

test.each(seeds(40))('structs are where Yjs puts them (seed %i)', (seed) => {
  const dice = random(seed)
  const docs = Array.from({ length: 3 }, (_, index) => {
    const doc = new Y.Doc({ gc: seed % 2 === 0 })
    doc.clientID = 1 + index
    return doc
  })
  for (let edits = 0; edits < 60; edits++) {
    const doc = dice.pick(docs)
    editAnything(doc, dice)
    if (dice.chance(0.4)) Y.applyUpdate(dice.pick(docs), Y.encodeStateAsUpdate(doc))
  }
  const [all] = docs
  if (all === undefined) throw new Error('nobody')
  for (const doc of docs) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc))
  const update = scan(Y.encodeStateAsUpdate(all), 'yjs')
  const sections = update.sections.map((section) => ({ ...section, asksAncestry: true }))
  const found = new Ancestry('yjs', () => []).of({ ...update, sections })
  for (const [client, structs] of all.store.clients) {
    for (const struct of structs) {
      const isKeyed = struct instanceof Y.Item && struct.parentSub !== null
      for (let clock = struct.id.clock; clock < struct.id.clock + struct.length; clock++)
        expect(found?.keyed.has(client, clock, 1)).toBe(isKeyed)
      if (struct instanceof Y.Item) expect(found?.depths.of(client, struct.id.clock)).toBe(depthOf(struct))
    }
  }
})

/** By way of the types that it is in. */
function depthOf(item: Y.Item): number {
  const { parent } = item
  const within = parent instanceof Y.AbstractType ? parent._item : null
  return within === null ? 0 : 1 + depthOf(within)
}
