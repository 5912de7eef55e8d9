import type { DocumentId } from '@weft/protocol'
import { StorageFailure } from '@weft/sync'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { editText } from '../support/edits.ts'
import type { Person } from '../support/person.ts'
import { seeds } from '../support/random.ts'
import { World } from '../support/world.ts'

const names = ['ann', 'ben', 'chloe', 'dev', 'eve'] as const

interface Story {
  readonly world: World
  readonly people: readonly Person[]
  readonly document: DocumentId
}

/** Five people in one document on a slow and failing storage, who come and go; sometimes the node dies. */
async function live(seed: number, steps: number): Promise<Story> {
  const world = new World(seed)
  const { random } = world
  const document = await world.document()
  const people = names.map((name) => world.person(name))
  for (const person of people) await world.connect(person, document, { receipts: random.chance(0.7) })
  for (let step = 0; step < steps; step++) {
    const person = random.pick(people)
    const dice = random.next()
    if (dice < 0.62) editText(person.text, random)
    else if (dice < 0.68) person.undo.undo()
    else if (dice < 0.72) person.undo.redo()
    else if (dice < 0.78) person.disconnect()
    else if (dice < 0.86) {
      if (!person.isConnected) await world.connect(person, document, { receipts: random.chance(0.7) })
    } else if (dice < 0.9) duplicateOrSwap(world, person)
    else if (dice < 0.92) world.log.failures.push(new StorageFailure('planted', { full: random.chance(0.5) }))
    else if (dice < 0.93) world.log.lostAnswers++
    else if (dice < 0.94) world.crash()
    else if (dice < 0.96) await emptyRoomFor(world, people)
    else person.isStalled = random.chance(0.5)
    await world.jostle(random.below(6))
  }
  for (const person of people) {
    person.isStalled = false
    if (!person.isConnected) await world.connect(person, document)
  }
  await world.settled()
  return { world, people, document }
}

/** What no network does to one connection, but a hostile or broken client might. */
function duplicateOrSwap(world: World, person: Person): void {
  const { outgoing } = person
  if (outgoing.length === 0) return
  const at = world.random.below(outgoing.length)
  const message = outgoing[at] as Uint8Array
  if (world.random.chance(0.5) || at === 0) person.repeat(message)
  else outgoing.splice(at - 1, 2, message, outgoing[at - 1] as Uint8Array)
}

/** Everybody leaves, so that the room folds and closes; some come back while it does. */
async function emptyRoomFor(world: World, people: readonly Person[]): Promise<void> {
  await world.settled()
  for (const person of people) person.disconnect()
  world.timers.advance(world.random.pick([1_000, 29_990, 30_010, 60_000]))
  await world.jostle(world.random.below(8))
}

describe('Everyone sees the same document', () => {
  test.each(seeds(500))('after anything that can happen to five people (seed %i)', async (seed) => {
    const { world, people, document } = await live(seed, 60)
    const stored = await world.stored(document)
    expect(stored.store.pendingStructs).toBeNull()
    expect(stored.store.pendingDs).toBeNull()
    for (const person of people) {
      expect(person.closedWith).toBeNull()
      expect(person.doc.store.pendingStructs).toBeNull()
      expect(person.text.toString()).toBe(stored.getText('content').toString())
      expect(Y.encodeStateVector(person.doc)).toEqual(Y.encodeStateVector(stored))
      expect(Y.equalSnapshots(Y.snapshot(person.doc), Y.snapshot(stored))).toBe(true)
      expect(person.text.toString().isWellFormed()).toBe(true)
      if (person.receipted > 0) expect(person.receipted).toBe(person.sent)
    }
  })
})
