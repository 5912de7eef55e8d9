/** Starts the servers that are compared, each as a process of its own on the servers' core. */
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compiledCode } from '../../scripts/compiled-code.mjs'
import { serverFlags } from '../../scripts/server-flags.mjs'
import { reason, startNode, stop } from './children.ts'
import { type Dialect, roomName, type Target } from './generator/jobs.ts'
import { installPeer } from './peers.ts'

export const serverNames = ['weft', 'y-websocket', 'hocuspocus', 'relay'] as const
export type ServerName = (typeof serverNames)[number]

export interface RunningServer extends Target {
  readonly url: string
  /** What it keeps is gone afterwards, except a data folder that was given. */
  stop(): Promise<void>
  /** Without a chance to tidy up. */
  kill(): Promise<void>
}

export interface ServerOptions {
  /** How many documents the server must have: Weft makes none by itself. */
  readonly rooms: number
  /** Flags for Node. */
  readonly flags?: readonly string[]
}

export function startServer(name: ServerName, options: ServerOptions): Promise<RunningServer> {
  switch (name) {
    case 'weft':
      return startFreshWeft(options)
    case 'y-websocket':
      return startPeer(y, name, 'y-websocket', options)
    case 'hocuspocus':
      return startPeer(hocuspocus, name, 'hocuspocus', options)
    case 'relay':
      return startProgram(relay, [], { kind: 'relay', path: '/' }, options.flags)
  }
}

const main = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url))
const y = fileURLToPath(new URL('./programs/y-websocket-server.ts', import.meta.url))
const hocuspocus = fileURLToPath(new URL('./programs/hocuspocus-server.ts', import.meta.url))
const relay = fileURLToPath(new URL('./programs/relay-server.ts', import.meta.url))

async function startPeer(
  program: string,
  name: 'y-websocket' | 'hocuspocus',
  kind: Dialect['kind'],
  { flags }: ServerOptions,
): Promise<RunningServer> {
  return startProgram(program, [await installPeer(name)], { kind, path: '/' }, flags)
}

/** The server that compresses one file anew for each client. */
export function startCompressingServer(file: string): Promise<RunningServer> {
  return startProgram(relay, [file], { kind: 'y-websocket', path: '/' })
}

async function startProgram(
  program: string,
  rest: readonly string[],
  dialect: Dialect,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const port = await freePort()
  const child = startNode(program, { place: 'server', flags, arguments: [String(port), ...rest] })
  await printed(child, 'ready')
  await sleep(300)
  return {
    ...{ port, pid: child.pid ?? 0, dialect, url: `http://127.0.0.1:${port}` },
    stop: () => stop(child, 'SIGKILL'),
    kill: () => stop(child, 'SIGKILL'),
  }
}

export interface WeftOptions {
  readonly folder: string
  readonly flags?: readonly string[]
}

/** The program itself, with its defaults: SQLite, `synchronous=FULL`, every check on. */
export async function startWeft({ folder, flags = [] }: WeftOptions): Promise<RunningServer> {
  const port = await freePort()
  const settings = ['--port', String(port), '--data', folder, '--log-level', 'warn']
  const child = startNode(main, {
    ...{ place: 'server', flags: [...serverFlags, ...flags], arguments: settings },
    environment: compiledCode,
  })
  await printed(child, 'Weft is ready')
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(`${url}/readyz`)).ok) await sleep(20)
  await sleep(300)
  return {
    ...{ port, pid: child.pid ?? 0, dialect: { kind: 'y-websocket', path: '/sync/' }, url },
    stop: () => stop(child, 'SIGTERM'),
    kill: () => stop(child, 'SIGKILL'),
  }
}

/** Many documents are made by one process and served by the next: making them leaves traces in memory. */
async function startFreshWeft({ rooms, flags = [] }: ServerOptions): Promise<RunningServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'weft-bench-'))
  let server = await startWeft({ folder, flags })
  await makeDocuments(server, rooms)
  if (rooms > 10) {
    await server.stop()
    server = await startWeft({ folder, flags })
  }
  return {
    ...server,
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function makeDocuments({ url }: RunningServer, count: number): Promise<void> {
  const next = Array.from({ length: count }, (_, index) => index).values()
  const make = async () => {
    for (const index of next) {
      const answer = await fetch(`${url}/api/v1/documents/${roomName(index)}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title: `Room ${index}`, kind: 'yjs' }),
      })
      if (!answer.ok) throw new Error(`document ${index}: ${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: Math.min(count, 16) }, make))
}

/** Over HTTP, as any program would. */
export async function postUpdate(
  { url }: RunningServer,
  room: number,
  update: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const answer = await fetch(`${url}/api/v1/documents/${roomName(room)}/updates`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: update,
  })
  if (!answer.ok) throw new Error(`update: ${answer.status} ${await answer.text()}`)
  await answer.arrayBuffer()
}

function printed(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes(word)) resolve()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${reason(errors)}`)))
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
