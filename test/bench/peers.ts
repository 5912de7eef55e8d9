/**
 * The other servers, in exact versions, installed by npm when they are first needed. They live outside the workspace:
 * they bring their own copies of yjs and ws, and the tree of this project holds one of each.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

export const peers = {
  // Its newest version, 0.1.5, cannot be installed: it asks for a package that has only prereleases.
  'y-websocket': { '@y/websocket-server': '0.1.1', 'y-leveldb': '0.1.2', ws: '6.2.7', yjs: '13.6.33' },
  hocuspocus: { '@hocuspocus/server': '4.7.0', 'y-protocols': '1.0.7', yjs: '13.6.33' },
} as const satisfies Record<string, Readonly<Record<string, string>>>

export type PeerName = keyof typeof peers

const cache = path.resolve(import.meta.dirname, '../../.cache/bench')

export function cacheFolder(name: string): string {
  return path.join(cache, name)
}

/** Modules of a peer are imported from its own folder, through this one file in it. */
export const loader = 'load.mjs'

export async function installPeer(name: PeerName): Promise<string> {
  const folder = cacheFolder(name)
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: peers[name] })
  const mark = path.join(folder, 'installed.json')
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === manifest) return folder
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), manifest)
  await writeFile(path.join(folder, loader), 'export const load = (name) => import(name)\n')
  const npm = spawn('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code] = await once(npm, 'close')
  if (code !== 0) throw new Error(`npm could not install ${name}`)
  await writeFile(mark, manifest)
  return folder
}

/** The versions that npm chose, of what matters on the hot path. */
export async function versionsOf(name: PeerName): Promise<readonly string[]> {
  const wanted = [...new Set([...Object.keys(peers[name]), 'lib0', 'y-protocols', 'crossws'])]
  const found = await Promise.all(
    wanted.map(async (dependency) => {
      const file = path.join(cacheFolder(name), 'node_modules', dependency, 'package.json')
      return existsSync(file) ? `${dependency} ${JSON.parse(await readFile(file, 'utf8')).version}` : null
    }),
  )
  return found.filter((line) => line !== null)
}
