/** The processes that the benchmark starts: where they run, and that none outlives it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'
import { cores } from './process-usage.ts'

const pinTool = 'taskset'
/** Where a process runs: the servers have one core, the generator another. */
type Place = keyof typeof cores

/** Every process keeps to its core. Without it the scheduler moves them, and times vary more. */
export const isPinned =
  availableParallelism() >= 2 && spawnSync(pinTool, ['-c', String(cores.generator), 'true']).status === 0

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

export interface ChildOptions {
  readonly place: Place
  readonly arguments?: readonly string[]
  /** For Node itself. */
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts a program of ours in Node. */
export function startNode(program: string, options: ChildOptions): ChildProcess {
  const command = [process.execPath, ...(options.flags ?? []), program, ...(options.arguments ?? [])]
  const pinned = isPinned ? [pinTool, '-c', String(cores[options.place]), ...command] : command
  const [first = '', ...rest] = pinned
  const child = spawn(first, rest, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...options.environment },
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

/** Runs a program to its end, gives it `input`, and takes what it prints as JSON. */
export async function runNode(
  program: string,
  options: ChildOptions & { readonly input?: string },
): Promise<unknown> {
  const child = startNode(program, options)
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input ?? '')
  const [output, errors, [code]] = await Promise.all([
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0) throw new Error(reason(errors) || `it ended with ${code}`)
  return JSON.parse(output)
}

const graceMs = 15_000

/** `SIGTERM` gives it time to end by itself. */
export async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await closed
  clearTimeout(force)
}

/** What went wrong, out of all that a program printed. */
export function reason(errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '')
  return (
    lines.find((line) => /^(?:\w*Error|Weft does not start)\b.*:/.test(line)) ??
    lines.at(-1) ??
    ''
  ).trim()
}

/** Settings of this shell are none of the servers'. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) =>
      !name.startsWith('WEFT_') && !['PORT', 'HOST', 'LOG_LEVEL', 'NODE_OPTIONS', 'NODE_ENV'].includes(name),
  )
  return Object.fromEntries(ours)
}
