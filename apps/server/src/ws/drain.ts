/** The end of a server's connections: everybody is told to come back, not all in the same moment. */
import type { Timers } from '@weft/sync'
import type { SocketPeer } from './socket-peer.ts'

/** How long the last ones may take to answer their close. */
const graceMs = 2_000

/** Closes all with 1012, spread over that time. Resolves when all of them are gone. */
export async function sendAllAway(
  peers: readonly SocketPeer[],
  spreadMs: number,
  timers: Timers,
): Promise<void> {
  const endAll = () => {
    for (const peer of peers) peer.terminate()
  }
  const cancels = [timers.after(spreadMs + graceMs, endAll)]
  peers.forEach((peer, index) => {
    const sendAway = () => {
      peer.close('restarting')
      peer.hurry()
    }
    cancels.push(timers.after((spreadMs * index) / peers.length, sendAway))
  })
  await Promise.all(peers.map((peer) => peer.gone))
  for (const cancel of cancels) cancel()
}
