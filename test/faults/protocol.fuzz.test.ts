/**
 * Whatever one client sends: nothing is thrown out of the rooms, nothing takes long, nobody else is sent away, and the
 * document is what Yjs itself makes of the messages that were taken. Real rooms on memory storage, in this process.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { decode, encode } from '@weft/protocol'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { HostileWorld, type Visitor, visitorWith } from '../support/hostile-world.ts'
import { figure, note, progress, timeLimit } from '../support/lane.ts'
import { type FuzzMessage, fuzzMessage } from '../support/message-fuzz.ts'
import { type Watchdog, watchdog } from '../support/watchdog.ts'

const messagesPerWorld = 250

/** What it costs this thread, so that a busy machine does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

const isSync = (bytes: Uint8Array) => bytes[0] === 0 && (bytes[1] === 1 || bytes[1] === 2)

interface Seen {
  messages: number
  taken: number
  sentAway: number
  slowestMs: number
  /** Messages that were taken, and that Yjs cannot apply as they came. */
  trippedOver: number
}

async function live(seed: number, seen: Seen, dog: Watchdog): Promise<void> {
  const world = new HostileWorld(seed)
  const { dice } = world
  await world.begin()
  const visitors = (['write', 'write', 'read'] as const).map((access) =>
    visitorWith(access, world.freshClientId()),
  )
  for (const visitor of visitors) await world.visit(visitor)
  for (let count = 0; count < messagesPerWorld; count++) {
    dog.goesOn(seed)
    const visitor = dice.pick(visitors)
    if (dice.chance(0.1)) {
      world.honestEdit()
      const before = world.entries.length
      await world.settled()
      world.believe(world.entries.slice(before))
    }
    const others = [world.honest, ...visitors].map(({ doc }) => doc.clientID)
    const message = fuzzMessage({ doc: visitor.doc, kind: world.kind, others }, dice)
    await tell(world, visitor, message, seen)
    if (visitor.closedWith !== null) {
      expect(visitor.closedWith).not.toBe('internal-error')
      seen.sentAway++
      const again = visitorWith(visitor.access, world.freshClientId())
      visitors[visitors.indexOf(visitor)] = again
      await world.visit(again)
    }
  }
  expect(world.honest.closedWith).toBeNull()
  expectAsMuch(world.honest.doc, world.byLog, world.kind)
  for (const visitor of visitors) visitor.membership?.leave()
  await world.leave()
  expectAsMuch(await world.stored(), world.byLog, world.kind)
  expect(world.openRooms).toBe(0)
  expect(world.warnings).toEqual([])
}

/** One message, and all that follows from it. */
async function tell(world: HostileWorld, visitor: Visitor, message: FuzzMessage, seen: Seen): Promise<void> {
  await say(world, visitor, message, seen)
  // Whoever makes a hole is asked, and answers as any client does.
  if (visitor.asked !== null && visitor.access === 'write' && visitor.closedWith === null) {
    const update = Y.encodeStateAsUpdate(visitor.doc, visitor.asked)
    visitor.asked = null
    await say(world, visitor, { bytes: encode({ type: 'sync-step-2', update }), isHonest: true }, seen)
  }
  // Yjs takes a new id, by chance of its own, when it hears from somebody else with its own.
  if (visitor.doc.clientID !== visitor.clientId) {
    visitor.clientId = world.freshClientId()
    visitor.doc.clientID = visitor.clientId
  }
}

async function say(world: HostileWorld, visitor: Visitor, message: FuzzMessage, seen: Seen): Promise<void> {
  const before = world.entries.length
  const began = cpuMs()
  visitor.membership?.receive(message.bytes)
  seen.slowestMs = Math.max(seen.slowestMs, cpuMs() - began)
  seen.messages++
  if (isSync(message.bytes)) visitor.sent++
  await world.settled()

  // Yjs tidies up formats that came twice, so the honest client may have something to say to this.
  const [answers, own] = partition(
    world.entries.slice(before),
    ({ actor }) => actor === world.honest.actor.id,
  )
  const taken = own.length > 0
  if (visitor.access === 'read') expect(taken).toBe(false)
  if (message.isHonest && visitor.access === 'write') {
    expect(visitor.closedWith).toBeNull()
    expect(visitor.receipted).toBe(visitor.sent)
  }
  if (!taken) return world.believe(answers)
  seen.taken++
  const said = decode(message.bytes)
  if (said.type !== 'update' && said.type !== 'sync-step-2') throw new Error(`a ${said.type} was stored`)
  try {
    world.believe([said, ...answers])
  } catch {
    // Yjs trips over a few that say again, and otherwise, what is there. The log has only what is new of them, and over
    // that it has not tripped: it was applied when it was appended.
    seen.trippedOver++
    world.believeLog()
  }
  if (world.kind === 'text') expectSame(world.byMessages, world.byLog)
  else expectAsMuch(world.byMessages, world.byLog, world.kind)
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(is), all.filter((one) => !is(one))]
}

/**
 * The same bytes, or at least the same clocks, deletes and content: bytes tell also how items were cut. A character of
 * two units counts as two that cannot be read: Yjs cuts one in two when a struct names a half of it as its neighbour,
 * even if all that it keeps of the struct is an end that stands elsewhere; the log holds that end alone.
 */
function expectSame(doc: Y.Doc, other: Y.Doc): void {
  if (Buffer.from(Y.encodeStateAsUpdate(doc)).equals(Y.encodeStateAsUpdate(other))) return
  expectAsMuch(doc, other, 'text')
  const [content, others] = [doc, other].map((one) =>
    JSON.stringify(contentOf(one), (_, value) =>
      typeof value === 'string' ? value.replace(/[\ud800-\udfff]/g, '\ufffd') : value,
    ),
  )
  expect(content).toBe(others)
}

/**
 * The same clocks, of texts also the same deletes, and nothing that waits. The order of what a hostile client wrote is
 * another matter: when the neighbours that it names do not stand in that order, or it says something else of what was
 * known, Yjs puts it where its own history says, and of two values of one key it deletes the one that comes first.
 */
function expectAsMuch(doc: Y.Doc, other: Y.Doc, kind: 'text' | 'yjs'): void {
  expect(doc.store.pendingStructs).toBeNull()
  expect(doc.store.pendingDs).toBeNull()
  expect(clocksOf(doc)).toEqual(clocksOf(other))
  if (kind === 'text') expect(Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(other))).toBe(true)
}

function clocksOf(doc: Y.Doc): readonly (readonly [number, number])[] {
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b)
}

function contentOf(doc: Y.Doc): unknown {
  return {
    content: doc.getText('content').toDelta(),
    rich: doc.getText('rich').toDelta(),
    map: doc.getMap('map').toJSON(),
    list: doc.getArray('list').toJSON(),
    xml: doc.getXmlFragment('xml').toJSON(),
  }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: Readonly<Record<string, string>>) => void

function residentMiB(): number {
  // As when memory has run out: any other leaves pages that are empty with the process, a hundred MiB at times.
  const thoroughly = { type: 'major', execution: 'sync', flavor: 'last-resort' }
  collect(thoroughly)
  // What held bytes outside the heap lets go of them only now.
  collect(thoroughly)
  return process.memoryUsage().rss / 1024 / 1024
}

describe('whatever one client sends', () => {
  const total = figure({ short: 100_000, long: 2_000_000 })
  const worlds = total / messagesPerWorld
  test(`${total} messages: taken as Yjs would, or not at all (seeds 1 to ${worlds})`, {
    timeout: timeLimit(240_000),
  }, async () => {
    const seen: Seen = { messages: 0, taken: 0, sentAway: 0, slowestMs: 0, trippedOver: 0 }
    let before = 0
    await using dog = watchdog('seed')
    for (let seed = 1; seed <= worlds; seed++) {
      // Code is compiled and the heap has grown to its size by then.
      if (seed === 40) before = residentMiB()
      await live(seed, seen, dog).catch((error: unknown) => {
        throw new Error(`in seed ${seed}: ${error instanceof Error ? error.stack : error}`, { cause: error })
      })
      progress('protocol fuzz', seed, worlds)
    }
    const grown = residentMiB() - before
    note('protocol fuzz', {
      messages: seen.messages,
      taken: seen.taken,
      'sent away': seen.sentAway,
      'Yjs tripped over': seen.trippedOver,
      'slowest ms': Math.round(seen.slowestMs),
      'memory grew MiB': Math.round(grown),
    })
    expect(seen.slowestMs).toBeLessThan(100)
    expect(grown).toBeLessThan(64)
    expect(seen.trippedOver).toBeLessThanOrEqual(total / 100_000)
    expect(seen.taken).toBeGreaterThan(total / 20)
    expect(seen.sentAway).toBeGreaterThan(total / 20)
  })
})
