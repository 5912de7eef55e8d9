/** What the figures were measured on. */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { isPinned } from './children.ts'
import { type PeerName, peers, versionsOf } from './peers.ts'

export async function machine(): Promise<readonly string[]> {
  const [cpu] = os.cpus()
  const weft = await Promise.all(
    ['yjs', 'lib0', 'y-protocols', 'ws'].map(async (name) => `${name} ${workspaceVersion(name)}`),
  )
  const others = await Promise.all(
    (Object.keys(peers) as PeerName[]).map(async (name) => `${name}: ${(await versionsOf(name)).join(', ')}`),
  )
  return [
    `${os.availableParallelism()} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()}`,
    `Node ${process.versions.node}, SQLite ${process.versions.sqlite}`,
    isPinned
      ? 'servers on core 0, generator on core 1'
      : 'nothing pinned to a core: less than two, or no taskset',
    `Weft and the raw relay: ${weft.join(', ')}`,
    ...others,
  ]
}

function workspaceVersion(name: string): string {
  const file = path.resolve(import.meta.dirname, '../node_modules', name, 'package.json')
  return JSON.parse(readFileSync(file, 'utf8')).version
}
