/**
 * Appends on their way to the storage thread. What many rooms append at about the same time crosses together, is
 * committed together and costs one fsync.
 *
 * Rule: a quiet server sends an append at once. The busier it is, the longer it gathers: what a commit costs is then
 * shared by many, and nobody waits longer than {@link longestGapMs}.
 */
import type { ActorId, DocumentId } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { Asked, PackedAppends, Write } from './sqlite-messages.ts'

export type Append = Extract<Write, { readonly type: 'append' }>

export interface AppendGate {
  /** Copies what it takes. */
  add(asked: Asked<Append>): void
  /** Sends what waits now. */
  flush(): void
}

const longestGapMs = 10
/** Appends a second for each millisecond of gathering: 10 ms from 2,000 on. Below 200 nothing waits. */
const rateForOneMs = 200
const rateWindowMs = 100

export function appendGate(timers: Timers, send: (appends: PackedAppends) => void): AppendGate {
  let waiting = packer()
  let isScheduled = false
  let cancelTimer = () => {}
  let sentAt = Number.NEGATIVE_INFINITY
  let counted = 0
  let countedSince = Number.NEGATIVE_INFINITY
  let perSecond = 0

  function gapMs(): number {
    return perSecond < rateForOneMs ? 0 : Math.min(longestGapMs, perSecond / rateForOneMs)
  }

  function count(appends: number, now: number): void {
    counted += appends
    const passed = now - countedSince
    if (passed >= 0 && passed < rateWindowMs) return
    // A clock that was set back says nothing of how many they were.
    if (passed > 0) perSecond = (counted * 1_000) / passed
    counted = 0
    countedSince = now
  }

  function flush(): void {
    cancelTimer()
    isScheduled = false
    if (waiting.length === 0) return
    const packed = waiting.take()
    waiting = packer()
    sentAt = timers.now()
    count(packed.numbers.length, sentAt)
    send(packed)
  }

  return {
    add(asked) {
      waiting.add(asked)
      if (isScheduled) return
      isScheduled = true
      const gap = gapMs()
      // Never longer than the gap, should the clock have been set back: all documents wait here.
      const wait = Math.min(gap, sentAt + gap - timers.now())
      if (gap === 0) flush()
      else if (wait > 0) cancelTimer = timers.after(wait, flush)
      // Not at once: other sockets may have been read in the same turn of the event loop.
      else setImmediate(flush)
    },
    flush,
  }
}

function packer() {
  const packed = {
    numbers: [] as number[],
    documents: [] as DocumentId[],
    counts: [] as number[],
    actors: [] as ActorId[],
    ats: [] as number[],
    lengths: [] as number[],
  }
  let bytes = new Uint8Array(1_024)
  let used = 0
  return {
    get length() {
      return packed.numbers.length
    },
    add({ number, question: { document, entries } }: Asked<Append>): void {
      packed.numbers.push(number)
      packed.documents.push(document)
      packed.counts.push(entries.length)
      for (const { actor, at, update } of entries) {
        packed.actors.push(actor)
        packed.ats.push(at)
        packed.lengths.push(update.length)
        if (used + update.length > bytes.length) {
          const larger = new Uint8Array(2 * (used + update.length))
          larger.set(bytes.subarray(0, used))
          bytes = larger
        }
        bytes.set(update, used)
        used += update.length
      }
    },
    take: (): PackedAppends => ({ ...packed, bytes: bytes.slice(0, used) }),
  }
}

export function unpackAppends(appends: PackedAppends): readonly Asked<Append>[] {
  const { numbers, documents, counts, actors, ats, lengths, bytes } = appends
  let entry = 0
  let offset = 0
  // The lists are as long as each other: pack made them.
  const entryAt = (index: number) => {
    const start = offset
    offset += lengths[index] as number
    return {
      actor: actors[index] as (typeof actors)[number],
      at: ats[index] as number,
      update: bytes.subarray(start, offset),
    }
  }
  return numbers.map((number, index) => {
    const entries = Array.from({ length: counts[index] as number }, () => entryAt(entry++))
    const document = documents[index] as (typeof documents)[number]
    return { number, question: { type: 'append', document, entries } }
  })
}
