/**
 * The main thread's end of the import thread: one task after the other. A file that takes too long or too much memory
 * ends the thread and itself; the next one gets a new thread. A thread that has nothing to do ends too.
 */
import { Worker } from 'node:worker_threads'
import { type ImportFailure, limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type {
  BeginTask,
  BegunImport,
  ImportTask,
  ImportTaskResult,
  PreparedDocument,
} from './import-tasks.ts'

export interface ImportThread {
  /** Again: what there is now. */
  begin(task: Omit<BeginTask, 'type'>): Promise<BegunImport>
  prepare(
    path: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<PreparedDocument | { readonly failure: ImportFailure }>
  /** What has not been done fails. */
  close(): Promise<void>
}

interface Job {
  readonly task: ImportTask
  readonly settle: (result: ImportTaskResult) => void
}

const threadMemoryMb = 768
const idleMs = 15_000

export function startImportThread(timers: Timers, taskMs: number = limits.importFileMs): ImportThread {
  const waiting: Job[] = []
  let begun: BeginTask | null = null
  let running: { readonly job: Job; readonly cancelDeadline: () => void } | null = null
  let thread: Worker | null = null
  let cancelIdle = () => {}

  function start(): Worker {
    const worker = new Worker(new URL('./import-worker.ts', import.meta.url), {
      execArgv: [],
      // Under `node --watch` the environment makes a thread send messages of Node's own.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb },
      name: 'weft-import',
    })
    worker.on('message', (result: ImportTaskResult) => settle(result))
    worker.on('error', () => lose(worker, 'not-convertible'))
    worker.on('exit', () => lose(worker, 'not-convertible'))
    return worker
  }

  function next(): void {
    if (running !== null) return
    const job = waiting.shift()
    cancelIdle()
    if (job === undefined) {
      cancelIdle = timers.after(idleMs, () => void endThread())
      return
    }
    if (thread === null) {
      thread = start()
      // Its answer is nobody's: the next one is the job's.
      if (begun !== null && job.task !== begun) return restart(begun, job)
    }
    const worker = thread
    const cancelDeadline = timers.after(taskMs, () => lose(worker, 'too-slow'))
    running = { job, cancelDeadline }
    worker.postMessage(job.task, job.task.type === 'prepare' ? [job.task.bytes.buffer] : [])
  }

  async function endThread(): Promise<void> {
    const idle = thread
    thread = null
    await idle?.terminate()
  }

  function restart(task: BeginTask, job: Job): void {
    waiting.unshift({ task, settle: () => {} }, job)
    next()
  }

  function settle(result: ImportTaskResult): void {
    const ended = running
    if (ended === null) return
    running = null
    ended.cancelDeadline()
    ended.job.settle(result)
    next()
  }

  function lose(worker: Worker, failure: ImportFailure): void {
    if (thread !== worker) return
    thread = null
    void worker.terminate()
    settle({ failure })
  }

  function ask(task: ImportTask): Promise<ImportTaskResult> {
    return new Promise((resolve) => {
      waiting.push({ task, settle: resolve })
      next()
    })
  }

  return {
    async begin(named) {
      begun = { type: 'begin', ...named }
      const result = await ask(begun)
      return 'begun' in result ? result.begun : null
    },
    async prepare(path, bytes) {
      const result = await ask({ type: 'prepare', path, bytes })
      if ('prepared' in result) return result.prepared
      return { failure: 'failure' in result ? result.failure : 'not-convertible' }
    },
    async close() {
      for (const { settle: end } of waiting.splice(0)) end({ failure: 'not-convertible' })
      settle({ failure: 'not-convertible' })
      cancelIdle()
      await endThread()
    },
  }
}
