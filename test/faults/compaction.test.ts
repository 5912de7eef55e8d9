/**
 * Folding races appends, closings, crashes and a storage that answers late: no receipted edit is ever lost. In virtual
 * time over the memory storage, and over real SQLite.
 */
import { realTimers } from '@weft/server/clock'
import { openMemory } from '@weft/server/storage/memory'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { Storage } from '@weft/server/storage/storage'
import { describe, expect, test } from 'vitest'
import { figure, note, progress, timeLimit } from '../support/lane.ts'
import type { Person } from '../support/person.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { turnOfTheLoop, World } from '../support/world.ts'

/** Knows how much is asked and not yet answered, and how many folds were done. */
interface Counted {
  readonly storage: Storage
  readonly underWay: number
  readonly folds: number
}

function counted(real: Storage): Counted {
  let underWay = 0
  let folds = 0
  async function count<T>(answer: Promise<T>): Promise<T> {
    underWay++
    try {
      return await answer
    } finally {
      underWay--
    }
  }
  const { updates } = real
  const storage: Storage = {
    ...real,
    updates: {
      read: (document, after) => count(updates.read(document, after)),
      // Virtual time has parts of milliseconds, which no clock tells and no database takes.
      append: (document, entries) =>
        count(
          updates.append(
            document,
            entries.map((entry) => ({ ...entry, at: Math.floor(entry.at) })),
          ),
        ),
      async fold(document, snapshot, upTo) {
        await count(updates.fold(document, snapshot, upTo))
        folds++
      },
    },
  }
  return {
    storage,
    get underWay() {
      return underWay
    },
    get folds() {
      return folds
    },
  }
}

const pasted = 'x'.repeat(20_000)

interface Round {
  readonly receipted: number
  readonly lost: readonly string[]
}

async function round(seed: number, disk: Counted): Promise<Round> {
  const world = new World(seed, disk.storage)
  const { random: dice } = world
  const document = await world.document(`round-${seed}`)
  const receipted = new Set<string>()
  const waiting = new Map<Person, Map<number, string>>()
  let people: readonly Person[] = []
  let count = 0

  /** New people with empty documents: those who were there before would send again what was lost. */
  async function enter(): Promise<void> {
    people = ['ann', 'ben', 'chloe'].map((name) => world.person(`${name}${count}`))
    for (const person of people) {
      waiting.set(person, new Map())
      await world.connect(person, document)
    }
  }

  function type(person: Person): void {
    if (!person.isConnected) return
    const marker = `<${count++}>`
    person.text.insert(person.text.length, marker)
    waiting.get(person)?.set(person.sent, marker)
  }

  /** Enough to be folded at once; and gone again, so that documents stay small. */
  function paste(person: Person): void {
    const at = person.text.toString().indexOf(pasted)
    if (at === -1) person.text.insert(0, pasted)
    else person.text.delete(at, pasted.length)
  }

  function look(person: Person): void {
    for (const [message, marker] of waiting.get(person) ?? []) {
      if (message <= person.receipted) receipted.add(marker)
    }
  }

  async function settle(): Promise<void> {
    do {
      await world.settled()
      await turnOfTheLoop()
    } while (disk.underWay > 0)
    await world.settled()
    for (const person of people) look(person)
  }

  async function lost(): Promise<readonly string[]> {
    const text = (await world.stored(document)).getText('content').toString()
    return [...receipted].filter((marker) => !text.includes(marker))
  }

  await enter()
  for (let step = 0; step < 40; step++) {
    const person = dice.pick(people)
    const what = dice.next()
    if (what < 0.5) type(person)
    else if (what < 0.7) paste(person)
    else if (what < 0.76) world.log.hold()
    else if (what < 0.86) world.log.release()
    else if (what < 0.93) await everybodyLeaves(world, people)
    else world.crash()
    for (let left = dice.below(8); left > 0; left--) {
      await world.jostle(1)
      // A real disk is slower than this loop.
      if (dice.chance(0.5)) while (disk.underWay > 0) await turnOfTheLoop()
    }
    for (const each of people) look(each)
    if (people.every((each) => !each.isConnected)) {
      if ((await lost()).length > 0) break
      await enter()
    }
  }
  world.log.release()
  await settle()
  const found = await lost()
  for (const person of people) person.disconnect()
  world.timers.advance(60_000)
  await settle()
  return { receipted: receipted.size, lost: found.length > 0 ? found : await lost() }
}

/** So that the room folds, and closes; how far it comes before the next enter is up to the seed. */
async function everybodyLeaves(world: World, people: readonly Person[]): Promise<void> {
  world.log.release()
  for (const person of people) person.disconnect()
  world.timers.advance(world.random.pick([10, 29_990, 30_010, 60_000]))
  await world.jostle(world.random.below(8))
}

async function rounds(count: number, disk: Counted): Promise<void> {
  let receipted = 0
  for (let seed = 1; seed <= count; seed++) {
    const outcome = await round(seed, disk)
    expect(outcome.lost, `seed ${seed}`).toEqual([])
    receipted += outcome.receipted
    progress('compaction races', seed, count)
  }
  expect(receipted).toBeGreaterThan(count)
  expect(disk.folds).toBeGreaterThan(count)
  note('compaction races', { rounds: count, folds: disk.folds, receipted, lost: 0 })
}

const count = figure({ short: 200, long: 10_000 })

describe(`[R5] ${count} rounds in which folding races everything lose no receipted edit (seeds 1 to ${count})`, () => {
  test('on a storage that answers late and out of order', { timeout: timeLimit(120_000) }, async () => {
    await rounds(count, counted(openMemory()))
  })

  test('on SQLite', { timeout: timeLimit(120_000) }, async () => {
    await using folder = await temporaryFolder()
    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    await rounds(count, counted(storage))
    await storage.close()
  })
})
