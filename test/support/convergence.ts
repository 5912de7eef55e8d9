/** Five people in one document on a slow and failing storage, who come and go; sometimes the node dies. */
import type { DocumentId } from '@weft/protocol'
import { StorageFailure } from '@weft/sync'
import { expect } from 'vitest'
import * as Y from 'yjs'
import { editText, wholeIndex } from './edits.ts'
import type { Person } from './person.ts'
import type { Random } from './random.ts'
import { World } from './world.ts'

const names = ['ann', 'ben', 'chloe', 'dev', 'eve'] as const

interface Story {
  readonly world: World
  readonly people: readonly Person[]
  readonly document: DocumentId
}

/** So many times somebody types, deletes, pastes, formats, undoes or redoes; what befalls them comes on top. */
export async function live(seed: number, operations: number): Promise<Story> {
  const world = new World(seed)
  const { random: dice } = world
  const document = await world.document()
  const people = names.map((name) => world.person(name))
  for (const person of people) await world.connect(person, document, { receipts: dice.chance(0.7) })
  for (let done = 0; done < operations; ) {
    if (dice.chance(0.72)) {
      operate(dice.pick(people), dice)
      done++
    } else await befall({ world, people, document })
    await world.jostle(dice.below(6))
  }
  for (const person of people) {
    person.isStalled = false
    if (!person.isConnected) await world.connect(person, document)
  }
  await world.settled()
  return { world, people, document }
}

function operate({ text, undo }: Person, dice: Random): void {
  const what = dice.next()
  const at = dice.below(text.length + 1)
  if (what < 0.08) undo.undo()
  else if (what < 0.14) undo.redo()
  else if (what < 0.18) format(text, dice)
  else if (what < 0.2) text.insert(at, dice.pick(pastes))
  // In the middle of an emoji too: Yjs puts two replacement characters there, and all must do so alike.
  else if (what < 0.24) text.insert(at, dice.pick(['x', '🧵', '\r\n', '\u0000']))
  else if (what < 0.27) text.delete(at, Math.min(1, text.length - at))
  else editText(text, dice)
}

/** Between letters: one that changes nothing splits an emoji for its writer alone, and Yjs tells nobody. */
function format(text: Y.Text, dice: Random): void {
  const content = text.toString()
  const from = wholeIndex(content, dice.below(content.length + 1))
  const to = wholeIndex(content, from + dice.below(content.length - from + 1))
  if (to > from) text.format(from, to - from, { bold: dice.chance(0.6) ? true : null })
}

const pastes = ['line\r\n'.repeat(40), '🧵👩‍👩‍👧'.repeat(60), 'שלום مرحبا '.repeat(20)] as const

async function befall({ world, people, document }: Story): Promise<void> {
  const { random: dice } = world
  const person = dice.pick(people)
  const what = dice.next()
  if (what < 0.21) person.disconnect()
  else if (what < 0.5) {
    if (!person.isConnected) await world.connect(person, document, { receipts: dice.chance(0.7) })
  } else if (what < 0.64) duplicateOrSwap(world, person)
  else if (what < 0.71) world.log.failures.push(new StorageFailure('planted', { full: dice.chance(0.5) }))
  else if (what < 0.75) world.log.lostAnswers++
  else if (what < 0.79) world.crash()
  else if (what < 0.86) await emptyRoomFor(world, people)
  else person.isStalled = dice.chance(0.5)
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

/** All five hold what a fresh reader of the log sees, nothing waits anywhere, and all that was sent was receipted. */
export async function expectConverged({ world, people, document }: Story): Promise<void> {
  const stored = await world.stored(document)
  const content = stored.getText('content').toDelta()
  expect(stored.store.pendingStructs).toBeNull()
  expect(stored.store.pendingDs).toBeNull()
  for (const person of people) {
    expect(person.closedWith).toBeNull()
    expect(person.doc.store.pendingStructs).toBeNull()
    expect(person.doc.store.pendingDs).toBeNull()
    expect(person.text.toDelta()).toEqual(content)
    expect(Y.encodeStateVector(person.doc)).toEqual(Y.encodeStateVector(stored))
    expect(Y.equalSnapshots(Y.snapshot(person.doc), Y.snapshot(stored))).toBe(true)
    expect(person.text.toString().isWellFormed()).toBe(true)
    if (person.receipted > 0) expect(person.receipted).toBe(person.sent)
  }
}
