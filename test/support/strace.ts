/**
 * The system calls of a running server's storage thread, seen and disturbed from outside. strace is attached to that
 * one thread, so nothing else of the server is slowed or meets the fault.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { until } from './until.ts'

/** Why strace cannot be used here; `null` where it can. */
export const withoutStrace: string | null = await findOut()

/** For the names of tests that are skipped without it. */
export const straceNote = withoutStrace === null ? '' : ` (skipped: ${withoutStrace})`

export interface Attached {
  /** The thread goes on undisturbed. Nothing to do when it is gone already. */
  detach(): Promise<void>
}

/** Resolves when the calls of the server's storage thread go through strace with these arguments. */
export async function straceStorage(server: number, args: readonly string[]): Promise<Attached> {
  return attach(await threadNamed(server, 'weft-storage'), args)
}

async function attach(thread: number, args: readonly string[]): Promise<Attached> {
  const strace = spawn('strace', [...args, '-p', `${thread}`], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(strace, 'close')
  let said = ''
  strace.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await until(() => said.includes(' attached') || hasEnded(strace), { what: 'strace is attached' })
  if (hasEnded(strace)) throw new Error(`strace ended: ${said}`)
  return {
    async detach() {
      strace.kill('SIGINT')
      await closed
    },
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function threadNamed(process: number, name: string): Promise<number> {
  const folder = `/proc/${process}/task`
  for (const thread of await readdir(folder)) {
    if ((await readFile(`${folder}/${thread}/comm`, 'utf8')).trim() === name) return Number(thread)
  }
  throw new Error(`process ${process} has no thread called ${name}`)
}

async function findOut(): Promise<string | null> {
  if (process.platform !== 'linux') return 'strace is a program for Linux'
  if (spawnSync('strace', ['-V']).status !== 0) return 'strace is not installed'
  const sleeper = spawn('sleep', ['20'], { stdio: 'ignore' })
  const ended = once(sleeper, 'close')
  try {
    const attached = await attach(sleeper.pid ?? 0, ['-o', '/dev/null'])
    await attached.detach()
    return null
  } catch {
    return 'strace may not attach to a process here'
  } finally {
    sleeper.kill('SIGKILL')
    await ended
  }
}
