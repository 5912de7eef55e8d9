/** The server as a program: `apps/server/src/main.ts` in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

export interface ServerProcess {
  readonly child: ChildProcess
  /** What it has printed so far. */
  readonly stdout: string
  readonly stderr: string
  /** Where it answers; waits until it says so. */
  url(): Promise<string>
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>
}

const main = fileURLToPath(new URL('../../apps/server/src/main.ts', import.meta.url))

/** A setting of the tests or of this shell is none of the server's. */
function serverEnvironment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('WEFT_') && !['PORT', 'HOST', 'LOG_LEVEL', 'NODE_OPTIONS'].includes(name),
  )
  return { ...Object.fromEntries(ours), ...settings }
}

/** `entry`: another program that takes the same flags and says the same when it is ready. */
export function serverProcess(
  flags: readonly string[],
  settings: Readonly<Record<string, string>> = {},
  entry = main,
): ServerProcess {
  const child = spawn(process.execPath, [entry, ...flags], { env: serverEnvironment(settings) })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
    })
  }
  const closed = once(child, 'close')
  return {
    child,
    get stdout() {
      return printed.stdout
    },
    get stderr() {
      return printed.stderr
    },
    url: () =>
      until(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended: ${printed.stderr}`)
          const isReady = /Try {7}curl .*\n/.test(printed.stdout)
          return isReady ? /Address\s+(\S+)/.exec(printed.stdout)?.[1] : undefined
        },
        { withinMs: 30_000, what: 'the server is ready' },
      ),
    async ended() {
      await closed
      return child.exitCode ?? child.signalCode
    },
  }
}
