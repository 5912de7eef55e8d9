/**
 * One timer for all connections, and each is looked at only when something may be due for it: thousands that do
 * nothing cost nothing but their pings.
 *
 * When no beat came for long, this process was asleep or held up (a suspended machine, a stopped process). What people
 * sent meanwhile waits to be read, so nobody is given up for that time.
 */
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { SocketPeer } from './socket-peer.ts'

export interface Heartbeat {
  add(peer: SocketPeer): void
  delete(peer: SocketPeer): void
  /** At the next beat, whatever was planned. */
  soon(peer: SocketPeer): void
  stop(): void
}

const beatMs = 1_000
/** Between two beats: nobody was at work. */
const asleepMs = 10_000
/** However the clock was set meanwhile. */
const mostBeats = 60

export function heartbeat(timers: Timers): Heartbeat {
  /** By the number of the beat at which they are looked at. */
  const slots = new Map<number, Set<SocketPeer>>()
  const slotOf = new Map<SocketPeer, number>()
  let beats = 0
  let beatAt = timers.now()
  let cancel = () => {}

  function leave(peer: SocketPeer): void {
    const slot = slotOf.get(peer)
    if (slot !== undefined) slots.get(slot)?.delete(peer)
    slotOf.delete(peer)
  }

  function enter(peer: SocketPeer, beat: number): void {
    const peers = slots.get(beat)
    if (peers === undefined) slots.set(beat, new Set([peer]))
    else peers.add(peer)
    slotOf.set(peer, beat)
  }

  function beat(): void {
    cancel = timers.after(beatMs, beat)
    const due = slots.get(++beats) ?? []
    slots.delete(beats)
    const now = timers.now()
    if (now - beatAt > asleepMs) for (const peer of slotOf.keys()) peer.excuse(now)
    beatAt = now
    for (const peer of due) {
      const wait = Math.ceil((peer.beat(now) - now) / beatMs)
      enter(peer, beats + Math.max(1, Math.min(mostBeats, wait)))
    }
    sendAwayHoarders([...due])
  }
  cancel = timers.after(beatMs, beat)

  return {
    add: (peer) => enter(peer, beats + 1),
    delete: leave,
    soon(peer) {
      if (!slotOf.has(peer)) return
      leave(peer)
      enter(peer, beats + 1)
    },
    stop: () => cancel(),
  }
}

/**
 * Holding memory by messages that never end is worth most to those who do it longest. Who has one unfinished is
 * looked at in every beat, so all of them are here.
 */
function sendAwayHoarders(peers: readonly SocketPeer[]): void {
  let held = 0
  for (const peer of peers) held += peer.unfinishedBytes
  if (held <= limits.unfinishedBytes) return
  const oldestFirst = peers
    .filter((peer) => peer.unfinishedSince !== null)
    .sort((one, other) => (one.unfinishedSince ?? 0) - (other.unfinishedSince ?? 0))
  for (const peer of oldestFirst) {
    if (held <= limits.unfinishedBytes) return
    held -= peer.unfinishedBytes
    peer.close('overloaded')
    // Who does not answer would hold it for some seconds more.
    peer.terminate()
  }
}
