/** The bytes of a stream of events, and those who do not take them. */

import { limits } from '@weft/protocol'
import { createStreams } from '@weft/server/following/streams'
import type { HttpContext } from '@weft/server/http/env'
import { openEventStream } from '@weft/server/http/event-stream'
import { streamed } from '@weft/server/http/followed'
import { openLog } from '@weft/server/log'
import { expect, it } from 'vitest'
import { VirtualTimers } from '../support/virtual-timers.ts'

function open() {
  const timers = new VirtualTimers()
  let ends = 0
  // Of the request, a stream needs the connection alone; there is none.
  const context = { env: {} } as unknown as HttpContext
  const stream = openEventStream(context, { type: 'text/event-stream', timers, onEnd: () => ends++ })
  return { timers, stream, ends: () => ends }
}

const full = new Uint8Array(limits.eventQueueBytes)

it('a reader who takes what waits is sent more', async () => {
  const { stream, timers } = open()
  stream.send(full)
  const ready = stream.ready()
  const reader = stream.response.body?.getReader()
  expect((await reader?.read())?.value).toBe(full)
  expect(await ready).toBe(true)
  timers.advance(limits.laggingMs)
  expect(stream.isOpen).toBe(true)
})

it('a reader who takes long events slowly is not cut off', async () => {
  const { stream, timers } = open()
  const [first, second] = [new Uint8Array(8 * limits.eventQueueBytes + 1).fill(1), full.with(0, 2)]
  for (const event of [first, second]) stream.send(event)
  const ready = stream.ready()
  const reader = stream.response.body?.getReader()
  const taken: Uint8Array[] = []
  for (let length = 0; length < first.length + second.length; ) {
    const piece = (await reader?.read())?.value ?? new Uint8Array()
    taken.push(piece)
    length += piece.length
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    // Its network takes that long for so many bytes.
    timers.advance((piece.length / limits.eventQueueBytes) * (limits.laggingMs - 1))
    expect(stream.isOpen).toBe(true)
  }
  expect(Buffer.concat(taken).equals(Buffer.concat([first, second]))).toBe(true)
  expect(await ready).toBe(true)
})

it('a reader who stops in the middle of a long event is cut off in time', async () => {
  const { stream, timers } = open()
  stream.send(new Uint8Array(8 * limits.eventQueueBytes))
  const ready = stream.ready()
  const reader = stream.response.body?.getReader()
  await reader?.read()
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  timers.advance(limits.laggingMs)
  expect(await ready).toBe(false)
})

it('a reader who takes nothing is cut off in time, once', async () => {
  const { stream, timers, ends } = open()
  stream.send(full)
  const ready = stream.ready()
  timers.advance(limits.laggingMs - 1)
  expect(stream.isOpen).toBe(true)
  timers.advance(1)
  expect(await ready).toBe(false)
  expect([stream.isOpen, ends()]).toEqual([false, 1])
  await expect(stream.response.body?.getReader().read()).rejects.toThrow('the reader takes nothing')
  stream.send(full)
  stream.end()
  expect(ends()).toBe(1)
})

it('an end sends what waits first', async () => {
  const { stream, ends } = open()
  stream.send(new Uint8Array([1]))
  stream.end()
  expect(new Uint8Array(await stream.response.arrayBuffer())).toEqual(new Uint8Array([1]))
  expect([await stream.ready(), ends()]).toEqual([false, 1])
})

/** A stream that follows nothing but what the test says. */
function follow(named: { readonly actor?: string; readonly mayStay?: () => boolean } = {}) {
  const timers = new VirtualTimers()
  const streams = createStreams()
  const deps = { timers, streams, log: openLog('silent'), isDraining: () => false }
  const actor = { id: named.actor ?? 'guest:anonymous', kind: 'guest', name: null, dye: null }
  const context = { env: {}, var: { actor, address: '', origin: '' } } as unknown as HttpContext
  let looks = 0
  let ring = () => {}
  const begin = () =>
    streamed(context, deps, 'text/event-stream', () => ({
      listen: (given) => {
        ring = given
        return () => {}
      },
      look: async () => {
        looks++
        return false
      },
      mayStay: async () => named.mayStay?.() ?? true,
    }))
  return { timers, streams, begin, looks: () => looks, ring: () => ring() }
}

async function pass(timers: VirtualTimers, ms: number, each = () => {}): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    each()
    timers.advance(Math.min(left, 1_000))
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}

it('a quiet stream says that it is there, and looks by itself now and then', async () => {
  const { begin, timers, looks, streams } = follow()
  const reader = begin().body?.getReader()
  await pass(timers, 3.5 * limits.eventHeartbeatMs)
  for (let beat = 0; beat < 3; beat++)
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(':\n\n')
  expect([looks(), streams.open]).toEqual([4, 1])
  await reader?.cancel()
  expect(streams.open).toBe(0)
})

it('one who may not read the document any more is sent away within a minute', async () => {
  let mayStay = true
  const { begin, timers, streams } = follow({ mayStay: () => mayStay })
  begin()
  await pass(timers, 2 * limits.rightsMs)
  expect(streams.open).toBe(1)
  mayStay = false
  await pass(timers, limits.rightsMs + limits.eventHeartbeatMs)
  expect(streams.open).toBe(0)
})

it('one that is rung for all the time says that it is there, too, and asks whether its reader may stay', async () => {
  let mayStay = true
  const { begin, timers, streams, ring } = follow({ mayStay: () => mayStay })
  const reader = begin().body?.getReader()
  await pass(timers, 2 * limits.rightsMs, ring)
  for (let beat = 0; beat < 6; beat++)
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(':\n\n')
  expect(streams.open).toBe(1)
  mayStay = false
  await pass(timers, limits.rightsMs + limits.eventHeartbeatMs, ring)
  expect(streams.open).toBe(0)
})

it('one person has so many streams; more are refused until one ends', () => {
  const { begin, streams } = follow({ actor: 'guest:ann' })
  for (let count = 0; count < limits.eventStreamsPerActor; count++) begin()
  expect(begin).toThrow(expect.objectContaining({ code: 'too-many-connections' }))
  streams.endAll()
  expect(streams.open).toBe(0)
  begin()
})

it('the server has so many streams', () => {
  const { begin, streams } = follow()
  for (let count = 0; count < limits.eventStreams; count++) begin()
  expect(begin).toThrow(expect.objectContaining({ code: 'too-many-connections' }))
  streams.endAll()
})

it('a reader who goes ends it', async () => {
  const { stream, ends } = open()
  await stream.response.body?.cancel()
  expect([stream.isOpen, ends()]).toEqual([false, 1])
})
