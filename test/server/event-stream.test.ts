/** The bytes of a stream of events, and those who do not take them. */

import { limits } from '@weft/protocol'
import type { HttpContext } from '@weft/server/http/env'
import { openEventStream } from '@weft/server/http/event-stream'
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

it('a reader who goes ends it', async () => {
  const { stream, ends } = open()
  await stream.response.body?.cancel()
  expect([stream.isOpen, ends()]).toEqual([false, 1])
})
