/** The way to the data: requests arrive late, out of order, and are answered late again. */
import { StorageFailure, type Timers } from '@weft/sync'
import type { FaultyDisk } from './memory-faults.ts'

export interface Passage {
  read<Value>(look: () => Value): Promise<Value>
  write<Value>(change: () => Value): Promise<Value>
  /** Resolves when all that was asked is answered; whatever is asked from now on is refused. */
  close(): Promise<void>
}

export interface PassageOptions {
  /** Numbers from 0 up to 1 that decide how long each request takes. `null` or left out: none waits. */
  readonly unevenness?: { next(): number } | null
  /** Whose time the waiting takes. Left out: real time. */
  readonly timers?: Pick<Timers, 'after'>
}

/** Most requests take a moment, a few take this long. */
const slowestMs = 12

export function openPassage(
  disk: FaultyDisk,
  { unevenness = null, timers = realTime }: PassageOptions,
): Passage {
  const running = new Set<Promise<unknown>>()
  let closed = false

  function aMoment(): Promise<void> | void {
    if (unevenness === null) return
    const ms = Math.floor(unevenness.next() ** 4 * slowestMs)
    return new Promise((resolve) => {
      timers.after(ms, resolve)
    })
  }

  /** A moment before the work and one after it: what is stored first need not be answered first. */
  async function delayed<Value>(work: () => Value | Promise<Value>): Promise<Value> {
    if (closed) throw new StorageFailure('the storage is closed', { full: false })
    await aMoment()
    try {
      return await work()
    } finally {
      await aMoment()
    }
  }

  function counted<Value>(request: Promise<Value>): Promise<Value> {
    running.add(request)
    const done = () => running.delete(request)
    request.then(done, done)
    return request
  }

  return {
    read: (look) => counted(delayed(look)),
    write: (change) => counted(delayed(() => disk.write(change))),
    async close() {
      closed = true
      await Promise.allSettled(running)
    },
  }
}

const realTime: Pick<Timers, 'after'> = {
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
