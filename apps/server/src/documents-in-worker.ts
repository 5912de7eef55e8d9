/**
 * Yjs documents built in a worker thread, one after the other. What somebody waits for goes before folding, which
 * nobody does. A task that takes too long is ended with its thread; so is one that takes too much memory. The
 * next task gets a new thread. A thread that has nothing to do ends too: what large documents took of memory, only
 * its end gives back.
 */
import { Worker } from 'node:worker_threads'
import type { Base, Folder, Timers } from '@weft/sync'
import type { DocumentTask, DocumentTaskResult, Done, FollowedStep } from './document-tasks.ts'

export type { FollowedStep } from './document-tasks.ts'

export interface DocumentWorker extends Folder {
  /** The text that `updates` make. Rejects when Yjs does not accept them or they leave a hole. */
  readText(updates: readonly Uint8Array[]): Promise<string>
  /** The update that makes an empty document hold `text`. */
  writeText(text: string): Promise<Uint8Array>
  /**
   * What each part changed in a text. `null`: `start` is needed, which makes the text before. Rejects as the former.
   */
  followText(question: FollowQuestion): Promise<readonly FollowedStep[] | null>
  /** Rejects what has not been done. */
  close(): Promise<void>
}

/** See document-tasks.ts. */
export interface FollowQuestion {
  readonly from: string
  readonly to: string
  readonly start: readonly Uint8Array[] | null
  readonly parts: readonly (readonly Uint8Array[])[]
  readonly diff: readonly { readonly from: string; readonly to: string }[] | null
}

/** The thread did not do the task: too slow, too large, or the server is going. */
export class WorkerFailure extends Error {
  override name = 'WorkerFailure'
}

export interface DocumentWorkerOptions {
  readonly timers: Timers
  readonly entry?: URL
  readonly taskMs?: number
  readonly idleMs?: number
}

const workerMemoryMb = 1024

interface Job {
  readonly task: DocumentTask
  readonly resolve: (done: Done) => void
  readonly reject: (reason: Error) => void
}

export function startDocumentWorker(options: DocumentWorkerOptions): DocumentWorker {
  const { timers, entry = new URL('./document-worker.ts', import.meta.url) } = options
  const { taskMs = 10_000, idleMs = 15_000 } = options
  const awaited: Job[] = []
  const unhurried: Job[] = []
  let thread: Worker | null = null
  let running: { readonly job: Job; readonly cancelDeadline: () => void } | null = null
  let cancelIdle = () => {}
  let closed = false

  function start(): Worker {
    const worker = new Worker(entry, {
      execArgv: [],
      // Under `node --watch` the environment makes a thread send messages of Node's own.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: workerMemoryMb },
    })
    worker.on('message', (result: DocumentTaskResult) => {
      if ('done' in result) settle((job) => job.resolve(result.done))
      else settle((job) => job.reject(new Error(result.failed)))
    })
    worker.on('error', (cause) => lose(worker, new WorkerFailure('the thread failed', { cause })))
    worker.on('exit', () => lose(worker, new WorkerFailure('the thread ended')))
    return worker
  }

  function next(): void {
    if (running !== null) return
    const job = awaited.shift() ?? unhurried.shift()
    cancelIdle()
    if (job === undefined) {
      cancelIdle = timers.after(idleMs, endThread)
      return
    }
    thread ??= start()
    const worker = thread
    const cancelDeadline = timers.after(taskMs, () => {
      if (running?.job === job) lose(worker, new WorkerFailure(`not done after ${taskMs} ms`))
    })
    running = { job, cancelDeadline }
    const updates = 'updates' in job.task ? job.task.updates : []
    worker.postMessage(
      job.task,
      updates.map((update) => update.buffer),
    )
  }

  function endThread(): void {
    const idle = thread
    thread = null
    void idle?.terminate()
  }

  function settle(how: (job: Job) => void): void {
    const ended = running
    if (ended === null) return
    running = null
    ended.cancelDeadline()
    how(ended.job)
    if (!closed) next()
  }

  /** Only the first word about a thread's end counts: its task is over then, and another thread may be at work. */
  function lose(worker: Worker, reason: WorkerFailure): void {
    if (thread !== worker) return
    thread = null
    // Its own end is awaited by nobody; a second one cannot be reached any more.
    void worker.terminate()
    settle((job) => job.reject(reason))
  }

  function ask(queue: Job[], task: DocumentTask): Promise<Done> {
    if (closed) return Promise.reject(new WorkerFailure('closed'))
    return new Promise((resolve, reject) => {
      queue.push({ task, resolve, reject })
      next()
    })
  }

  thread = start()
  return {
    fold: async (updates) => base(await ask(unhurried, { type: 'fold', updates: copies(updates) })),
    readText: async (updates) => text(await ask(awaited, { type: 'read-text', updates: copies(updates) })),
    followText: async ({ start, parts, ...question }) => {
      const task = { ...question, start: start === null ? null : copies(start), parts: parts.map(copies) }
      return steps(await ask(awaited, { type: 'follow-text', ...task }))
    },
    writeText: async (content) => bytes(await ask(awaited, { type: 'write-text', text: content })),
    async close() {
      closed = true
      cancelIdle()
      for (const job of [...awaited.splice(0), ...unhurried.splice(0)])
        job.reject(new WorkerFailure('closed'))
      const worker = thread
      if (worker === null) return
      lose(worker, new WorkerFailure('closed'))
      await worker.terminate()
    },
  }
}

/** The bytes go to the other thread; and a view of a large buffer would take all of it along. */
function copies(updates: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[] {
  return updates.map((update) => new Uint8Array(update))
}

function steps(done: Done): readonly FollowedStep[] | null {
  if (typeof done === 'string' || !('steps' in done)) throw new TypeError('the worker followed nothing')
  return done.steps
}

function base(done: Done): Base {
  if (done instanceof Uint8Array || typeof done === 'string' || 'steps' in done)
    throw new TypeError('the worker made no base')
  return done
}

function bytes(done: Done): Uint8Array {
  if (!(done instanceof Uint8Array)) throw new TypeError('the worker made no bytes')
  return done
}

function text(done: Done): string {
  if (typeof done !== 'string') throw new TypeError('the worker made no text')
  return done
}
