/** One timer for all connections: each timer of its own would cost more than what it watches. */
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { SocketPeer } from './socket-peer.ts'

const beatMs = 1_000

/** Watches over the peers that are in the set at each beat. Returns how to stop. */
export function heartbeat(peers: ReadonlySet<SocketPeer>, timers: Timers): () => void {
  let cancel = () => {}
  const beat = () => {
    cancel = timers.after(beatMs, beat)
    const now = timers.now()
    for (const peer of peers) peer.beat(now)
    sendAwayHoarders(peers)
  }
  cancel = timers.after(beatMs, beat)
  return () => cancel()
}

/** Holding memory by messages that never end is worth most to those who do it longest. */
function sendAwayHoarders(peers: ReadonlySet<SocketPeer>): void {
  let held = 0
  for (const peer of peers) held += peer.unfinishedBytes
  if (held <= limits.unfinishedBytes) return
  const oldestFirst = [...peers]
    .filter((peer) => peer.unfinishedSince !== null)
    .sort((one, other) => (one.unfinishedSince ?? 0) - (other.unfinishedSince ?? 0))
  for (const peer of oldestFirst) {
    if (held <= limits.unfinishedBytes) return
    held -= peer.unfinishedBytes
    peer.close('overloaded')
  }
}
