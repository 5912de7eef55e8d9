/** However many follow the same thing, the storage is asked as if it were one. */
import { limits } from '@weft/protocol'
import { sharedLooks } from '@weft/server/following/shared-looks'
import type { Storage } from '@weft/server/storage/storage'
import { expect, it } from 'vitest'
import { readEvents } from '../support/event-reader.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { weft } from '../support/weft.ts'

const followers = 25

/** A server that counts how often its storage is asked for events. */
async function counting() {
  let reads = 0
  const storage = (real: Storage): Storage => ({
    ...real,
    events: {
      ...real.events,
      read(query) {
        reads++
        return real.events.read(query)
      },
    },
  })
  const server = await weft({ storage })
  return {
    server,
    readers: (path: string) =>
      Promise.all(Array.from({ length: followers }, () => readEvents(`${server.url}/api/v1${path}`))),
    async readsOf(work: () => Promise<void>): Promise<number> {
      const before = reads
      await work()
      return reads - before
    },
  }
}

it.each(['the server', 'a document'])(`${2 * followers} followers of %s cost few reads`, async (what) => {
  const { server, readers, readsOf } = await counting()
  await using _server = server
  const { id } = await server.create({})
  const path = what === 'the server' ? '/events' : `/documents/${id}/events`
  const early = await readers(path)
  // The server's events go on: those who come later are at another place of it.
  for (let count = 0; count < 5; count++) await server.create({})
  const all = [...early, ...(await readers(path))]
  await until(() => all.every(({ lastId }) => lastId !== null))
  const renames = 5
  const reads = await readsOf(async () => {
    for (let count = 0; count < renames; count++) {
      await server.ask('PATCH', `/documents/${id}`, { title: `Title ${count}` })
      await until(() => all.every(({ text }) => text.includes(`Title ${count}"`)))
    }
  })
  expect(reads).toBeLessThan(renames * 8)
  const titles = Array.from({ length: renames }, (_, count) => `Title ${count}`)
  for (const { events } of all) {
    const renamed = events.filter(({ type }) => type === 'renamed')
    expect(renamed.map(({ data }) => data.title)).toEqual(titles)
  }
  for (const reader of all) reader.stop()
})

function world(find: () => Promise<number>) {
  const timers = new VirtualTimers()
  let asked = 0
  const looks = sharedLooks<number>({
    timers,
    restMs: limits.followMs,
    isNothing: (found) => found === 0,
    behind: (found) => (found === 1 ? 'behind' : null),
  })
  const look = () => {
    asked++
    return find()
  }
  return {
    at: (place: string) => looks.at('all', place, look),
    asked: () => asked,
    async pass(ms: number): Promise<void> {
      timers.advance(ms)
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    },
  }
}

it('one look finds one value for all, and the next waits the longer the more share it', async () => {
  const { at, asked, pass } = world(async () => 7)
  const many = Array.from({ length: 500 }, () => at('here'))
  await pass(0)
  expect(asked()).toBe(1)
  await pass(100)
  expect(new Set(await Promise.all(many))).toEqual(new Set([7]))
  const next = at('here')
  await pass(limits.followMs - 100)
  expect(asked()).toBe(1)
  await pass(150)
  expect([await next, asked()]).toEqual([7, 2])
})

it('who is known to be behind does not wait', async () => {
  const { at, asked, pass } = world(async () => 1)
  const first = at('here')
  await pass(0)
  await first
  const next = at('behind')
  await pass(0)
  expect([await next, asked()]).toEqual([1, 2])
})

it('a look that fails fails for those who share it, and is made anew for the next', async () => {
  let isBroken = true
  const { at, pass } = world(() => (isBroken ? Promise.reject(new Error('broken')) : Promise.resolve(7)))
  const both = Promise.allSettled([at('here'), at('here')])
  await pass(0)
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isBroken = false
  const next = at('here')
  await pass(2 * limits.followMs)
  expect(await next).toBe(7)
})
