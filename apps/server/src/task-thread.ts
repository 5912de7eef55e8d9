/**
 * A worker thread that does one task after the other. What somebody waits for goes before what nobody does. A task
 * that takes too long is ended with its thread; so is one that takes too much memory. The next task gets a new
 * thread. A thread that has nothing to do ends too: what large documents took of memory, only its end gives back.
 */
import { Worker } from 'node:worker_threads'
import type { Timers } from '@weft/sync'
import { threadEnvironment } from './thread-environment.ts'

export interface TaskThread<Task> {
  /** Ahead of the first task, which would wait for it. */
  start(): void
  /** `moved`: buffers inside the task that nobody uses any more. Rejects with what the task threw, or WorkerFailure. */
  ask(task: Task, moved: readonly ArrayBuffer[], hurry: Hurry): Promise<unknown>
  /** Rejects what has not been done. */
  close(): Promise<void>
}

export type Hurry = 'awaited' | 'unhurried'

/** What a thread says: first that it takes tasks, from when on their time counts; then the answer to each, in order. */
export type TaskResult<Done> = { readonly done: Done } | { readonly failed: string }
export const taskThreadReady = 'ready'

/** The thread did not do the task: too slow, too large, or the server is going. */
export class WorkerFailure extends Error {
  override name = 'WorkerFailure'
}

/** It took longer than a task may. */
export class TaskTooSlow extends WorkerFailure {
  override name = 'TaskTooSlow'
}

export interface TaskThreadOptions<Task> {
  readonly timers: Timers
  readonly entry: URL
  readonly taskMs: number
  readonly idleMs: number
  /** What each new thread is told first; its answers are nobody's. */
  readonly first?: () => readonly Task[]
}

const workerMemoryMb = 1024
/** To load its code, on a busy machine. It is no fault of the task that waits for it. */
const startMs = 30_000

interface Job<Task> {
  readonly task: Task
  readonly moved: readonly ArrayBuffer[]
  readonly resolve: (done: unknown) => void
  readonly reject: (reason: Error) => void
}

export function taskThread<Task>(options: TaskThreadOptions<Task>): TaskThread<Task> {
  const { timers, entry, taskMs, idleMs, first = () => [] } = options
  const queues = { awaited: [] as Job<Task>[], unhurried: [] as Job<Task>[] }
  let thread: Worker | null = null
  let isReady = false
  let running: { readonly job: Job<Task>; cancelDeadline: () => void } | null = null
  let cancelIdle = () => {}
  let closed = false

  function startThread(): Worker {
    const worker = new Worker(entry, {
      execArgv: [],
      env: threadEnvironment(),
      resourceLimits: { maxOldGenerationSizeMb: workerMemoryMb },
    })
    isReady = false
    worker.on('message', (result: TaskResult<unknown> | typeof taskThreadReady) => {
      // What a thread had said before it was ended still arrives: it answers a task that is over.
      if (thread !== worker) return
      if (result === taskThreadReady) begin(worker)
      else if ('done' in result) settle((job) => job.resolve(result.done))
      else settle((job) => job.reject(new Error(result.failed)))
    })
    worker.on('error', (cause) => lose(worker, new WorkerFailure('the thread failed', { cause })))
    worker.on('exit', () => lose(worker, new WorkerFailure('the thread ended')))
    const told = first().map((task) => ({ task, moved: [], resolve: () => {}, reject: () => {} }))
    queues.awaited.unshift(...told)
    return worker
  }

  function next(): void {
    if (running !== null) return
    cancelIdle()
    if (queues.awaited.length + queues.unhurried.length === 0) {
      cancelIdle = timers.after(idleMs, endThread)
      return
    }
    thread ??= startThread()
    const worker = thread
    const job = queues.awaited.shift() ?? queues.unhurried.shift()
    if (job === undefined) return
    running = { job, cancelDeadline: deadline(worker, job, isReady ? taskMs : startMs + taskMs) }
    worker.postMessage(job.task, job.moved)
  }

  /** The thread is there: from now on the task's time counts. */
  function begin(worker: Worker): void {
    isReady = true
    if (running === null) return
    running.cancelDeadline()
    running.cancelDeadline = deadline(worker, running.job, taskMs)
  }

  function deadline(worker: Worker, job: Job<Task>, ms: number): () => void {
    return timers.after(ms, () => {
      if (running?.job === job) lose(worker, new TaskTooSlow(`not done after ${ms} ms`))
    })
  }

  function endThread(): void {
    const idle = thread
    thread = null
    void idle?.terminate()
  }

  function settle(how: (job: Job<Task>) => void): void {
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

  return {
    start() {
      thread ??= startThread()
    },
    ask(task, moved, hurry) {
      if (closed) return Promise.reject(new WorkerFailure('closed'))
      return new Promise((resolve, reject) => {
        queues[hurry].push({ task, moved, resolve, reject })
        next()
      })
    },
    async close() {
      closed = true
      cancelIdle()
      for (const job of [...queues.awaited.splice(0), ...queues.unhurried.splice(0)])
        job.reject(new WorkerFailure('closed'))
      const worker = thread
      if (worker === null) return
      lose(worker, new WorkerFailure('closed'))
      await worker.terminate()
    },
  }
}
