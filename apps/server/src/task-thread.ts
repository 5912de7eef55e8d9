/**
 * A worker thread that does one task after the other. A task that takes too long, or too much memory, ends the thread
 * and itself; the next one gets a new thread. A thread that has nothing to do ends too: what large documents took of
 * memory, only its end gives back.
 */
import { Worker } from 'node:worker_threads'
import type { Timers } from '@weft/sync'

export interface TaskThread<Task, Result> {
  /** Resolves with {@link Lost} when the thread ended instead of answering. `moved`: buffers of the task. */
  ask(task: Task, moved?: readonly ArrayBuffer[]): Promise<Result | Lost>
  /** What has not been done is lost. Asked again, it starts again. */
  close(): Promise<void>
}

export interface Lost {
  readonly lost: 'too-slow' | 'ended'
}

export interface TaskThreadOptions<Task> {
  /** Answers each message with one message, in order. */
  readonly entry: URL
  readonly name: string
  readonly timers: Timers
  readonly taskMs: number
  /** What a new thread is told first; its answers are nobody's. */
  readonly first?: () => readonly Task[]
}

const memoryMb = 768
const idleMs = 15_000

interface Job<Task, Result> {
  readonly task: Task
  readonly moved: readonly ArrayBuffer[]
  readonly settle: (result: Result | Lost) => void
}

export function startTaskThread<Task, Result>(options: TaskThreadOptions<Task>): TaskThread<Task, Result> {
  const { entry, name, timers, taskMs, first = () => [] } = options
  const waiting: Job<Task, Result>[] = []
  let running: { readonly job: Job<Task, Result>; readonly cancelDeadline: () => void } | null = null
  let thread: Worker | null = null
  let cancelIdle = () => {}

  function start(): Worker {
    const worker = new Worker(entry, {
      execArgv: [],
      // Under `node --watch` the environment makes a thread send messages of Node's own.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      name,
    })
    worker.on('message', (result: Result) => settle(result))
    worker.on('error', () => lose(worker, { lost: 'ended' }))
    worker.on('exit', () => lose(worker, { lost: 'ended' }))
    return worker
  }

  function next(): void {
    if (running !== null) return
    cancelIdle()
    if (waiting.length === 0) {
      cancelIdle = timers.after(idleMs, () => void endThread())
      return
    }
    if (thread === null) {
      thread = start()
      waiting.unshift(...first().map((task) => ({ task, moved: [], settle: () => {} })))
    }
    const worker = thread
    const job = waiting.shift()
    if (job === undefined) return
    const cancelDeadline = timers.after(taskMs, () => lose(worker, { lost: 'too-slow' }))
    running = { job, cancelDeadline }
    worker.postMessage(job.task, job.moved)
  }

  function settle(result: Result | Lost): void {
    const ended = running
    if (ended === null) return
    running = null
    ended.cancelDeadline()
    ended.job.settle(result)
    next()
  }

  /** Only the first word about a thread's end counts: another one may be at work by now. */
  function lose(worker: Worker, lost: Lost): void {
    if (thread !== worker) return
    thread = null
    void worker.terminate()
    settle(lost)
  }

  async function endThread(): Promise<void> {
    const worker = thread
    thread = null
    await worker?.terminate()
  }

  return {
    ask: (task, moved = []) =>
      new Promise((resolve) => {
        waiting.push({ task, moved, settle: resolve })
        next()
      }),
    async close() {
      for (const job of waiting.splice(0)) job.settle({ lost: 'ended' })
      settle({ lost: 'ended' })
      cancelIdle()
      await endThread()
    },
  }
}
