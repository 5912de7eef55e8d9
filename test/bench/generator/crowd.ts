/** Connects many clients and waits until each has what it asked for. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'

const patienceMs = 90_000

export interface CrowdOptions {
  readonly clients: number
  /** Everybody at once if it is left out. */
  readonly connectPerSecond?: number | undefined
  readonly open: (index: number) => Connection
}

export async function gather({
  clients,
  connectPerSecond,
  open,
}: CrowdOptions): Promise<readonly Connection[]> {
  const began = performance.now()
  const connections: Connection[] = []
  while (connections.length < clients) {
    const elapsed = (performance.now() - began) / 1_000
    const due = connectPerSecond === undefined ? clients : Math.ceil(elapsed * connectPerSecond)
    while (connections.length < Math.min(clients, due)) connections.push(open(connections.length))
    await sleep(1)
  }
  await allSynced(connections)
  return connections
}

export async function allSynced(connections: readonly Connection[]): Promise<void> {
  const began = performance.now()
  while (connections.some(({ syncedAt }) => syncedAt === 0)) {
    const closed = connections.filter((connection) => connection.closed).length
    if (closed > 0 || performance.now() - began > patienceMs) {
      const synced = connections.filter(({ syncedAt }) => syncedAt > 0).length
      throw new Error(`of ${connections.length} clients ${synced} synced and ${closed} were closed`)
    }
    await sleep(1)
  }
}
