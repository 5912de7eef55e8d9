/** A server that is killed and started again on the same port and folder, as after a crash. */
import { createServer } from 'node:net'
import type { DocumentResource } from '@weft/protocol'
import { type ServerProcess, serverProcess } from './server-process.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface RestartingServer extends AsyncDisposable {
  readonly port: number
  /** Everything that it keeps. */
  readonly folder: string
  /** Of the process that was last started. */
  readonly pid: number
  /** Resolves with the milliseconds until it answered. `flags`: settings beyond the port and the folder. */
  start(flags?: readonly string[]): Promise<number>
  /** kill -9: nothing of it runs any more when this resolves. */
  kill(): Promise<void>
  /** SIGTERM. Resolves with its exit code. */
  terminate(): Promise<number | NodeJS.Signals | null>
  /** Waits until it ends by itself. Resolves with its exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals | null>
  create(draft?: Readonly<Record<string, unknown>>): Promise<string>
  /** The document as the API describes it. */
  resource(document: string): Promise<DocumentResource>
  /** The document's text, through the API. */
  content(document: string): Promise<string>
  /** A figure of `/metrics`. */
  metric(name: string): Promise<number>
  /** It runs, and it is the process that was last started. */
  readonly isAlive: boolean
  /** What it printed to standard error since it was last started. */
  readonly stderr: string
}

/** `entry`: see {@link serverProcess}. `disk`: where it keeps what it keeps; left out, in a folder of its own. */
export async function restartingServer(
  entry?: string,
  disk?: { readonly path: string },
): Promise<RestartingServer> {
  const own = await temporaryFolder()
  const folder = disk?.path ?? own.path
  const port = await freePort()
  const api = `http://127.0.0.1:${port}/api/v1`
  let running: ServerProcess | null = null

  const end = async (signal: NodeJS.Signals) => {
    running?.child.kill(signal)
    const outcome = (await running?.ended()) ?? null
    return outcome
  }

  return {
    port,
    folder,
    get pid() {
      return running?.child.pid ?? 0
    },
    get stderr() {
      return running?.stderr ?? ''
    },
    async start(flags = []) {
      const began = performance.now()
      const all = ['--port', `${port}`, '--data', folder, ...flags]
      running = serverProcess(all, { LOG_LEVEL: 'warn' }, entry)
      await running.url()
      return performance.now() - began
    },
    async kill() {
      await end('SIGKILL')
    },
    terminate: () => end('SIGTERM'),
    ended: async () => (await running?.ended()) ?? null,
    async create(draft = {}) {
      const response = await fetch(`${api}/documents`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(draft),
      })
      if (response.status !== 201) throw new Error(`not created: ${await response.text()}`)
      return ((await response.json()) as { id: string }).id
    },
    async resource(document) {
      const response = await fetch(`${api}/documents/${document}`)
      if (!response.ok) throw new Error(`no document: ${await response.text()}`)
      return (await response.json()) as DocumentResource
    },
    async content(document) {
      const response = await fetch(`${api}/documents/${document}/content`)
      if (!response.ok) throw new Error(`no content: ${await response.text()}`)
      return response.text()
    },
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
      if (line === undefined) throw new RangeError(`no metric ${name}`)
      return Number(line.slice(name.length))
    },
    get isAlive() {
      return running !== null && running.child.exitCode === null && running.child.signalCode === null
    },
    async [Symbol.asyncDispose]() {
      await end('SIGKILL')
      await own[Symbol.asyncDispose]()
    },
  }
}

/** Below those that the system gives out by itself: while the server is down, nobody else gets it. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => server.close(resolve))
    return port
  }
}
