/** The main thread's end of the storage thread: questions out, answers in, every question answered once. */
import { Worker } from 'node:worker_threads'
import { DocumentDamaged, DocumentGone, StorageFailure, type Timers } from '@weft/sync'
import { threadEnvironment } from '../thread-environment.ts'
import { Slots } from './slots.ts'
import { appendGate } from './sqlite-appends.ts'
import type {
  Answers,
  Failure,
  Question,
  ThreadMessage,
  ThreadSettings,
  ToThread,
} from './sqlite-messages.ts'
import {
  AttachmentsFull,
  DocumentExists,
  FolderMissing,
  LimitReached,
  QuotaReached,
  RevisionMissing,
} from './storage.ts'

export interface SqliteThread {
  /** `moved`: buffers inside the question that nobody uses any more. */
  ask<Q extends Question>(question: Q, moved?: readonly ArrayBuffer[]): Promise<Answers[Q['type']]>
  /** Resolves when the thread writes nothing any more, or is no more without having been closed. */
  readonly failed: Promise<StorageFailure>
  /** Answers everything asked before, then ends the thread. */
  close(): Promise<void>
}

interface Waiting {
  resolve(value: Answers[keyof Answers]): void
  reject(error: Error): void
}

/** Resolves when the database is open. Rejects with {@link StorageFailure} in an operator's words. */
export function startThread(settings: ThreadSettings, timers: Timers): Promise<SqliteThread> {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: settings,
    env: threadEnvironment(),
    name: 'weft-storage',
  })
  const waiting = new Slots<Waiting>()
  const failure = Promise.withResolvers<StorageFailure>()
  const post = (message: ToThread, moved: readonly ArrayBuffer[]) => worker.postMessage(message, moved)
  const appends = appendGate(timers, (packed) => post({ appends: packed }, [packed.bytes.buffer]))
  let ended: StorageFailure | null = null
  let closed: Promise<void> | null = null

  const thread: SqliteThread = {
    failed: failure.promise,
    ask(question, moved = []) {
      if (ended !== null) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        // The thread answers each question with a value of its type: see sqlite-requests.ts.
        const number = waiting.add({ resolve: resolve as Waiting['resolve'], reject })
        if (question.type === 'append') appends.add({ number, question })
        else post({ number, question }, moved)
      })
    },
    close() {
      closed ??= new Promise<void>((resolve) => {
        worker.once('exit', () => resolve())
        appends.flush()
        const answered = thread.ask({ type: 'close' })
        end(new StorageFailure('The storage is closed', { full: false }))
        // One that has ended already says so only by this.
        answered.catch(() => worker.terminate().then(() => resolve()))
      })
      return closed
    },
  }

  function end(reason: StorageFailure): void {
    ended ??= reason
  }

  function settle(message: Extract<ThreadMessage, { readonly type: 'answers' }>): void {
    for (const [index, number] of message.appended.entries()) {
      // There are as many positions: see sqlite-worker.ts.
      waiting.take(number)?.resolve(message.positions[index] as number)
    }
    for (const { number, outcome } of message.answers) {
      const question = waiting.take(number)
      if ('value' in outcome) question?.resolve(outcome.value)
      else question?.reject(errorOf(outcome.failure))
    }
  }

  return new Promise((resolve, reject) => {
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'answers') settle(message)
      else if (message.type === 'opened') resolve(thread)
      else if (message.type === 'failed')
        failure.resolve(new StorageFailure(message.failure.message, { full: false }))
      else reject(errorOf(message.failure))
    })
    worker.on('error', (cause) => {
      end(new StorageFailure('The storage thread failed', { full: false, cause }))
    })
    worker.on('exit', () => {
      const reason = new StorageFailure('The storage thread ended', { full: false, cause: ended })
      end(reason)
      reject(ended)
      if (closed === null) failure.resolve(reason)
      for (const question of waiting.takeAll()) question.reject(reason)
    })
  })
}

function errorOf({ reason, message }: Failure): Error {
  switch (reason) {
    case 'gone':
      return new DocumentGone(message)
    case 'exists':
      return new DocumentExists(message)
    case 'attachments-full':
      return new AttachmentsFull(message)
    case 'missing':
      return new RevisionMissing(message)
    case 'damaged':
      return new DocumentDamaged(message)
    case 'limit':
      return new LimitReached(message)
    case 'quota':
      return new QuotaReached(message)
    case 'no-folder':
      return new FolderMissing(message)
    case 'refused':
      return new RangeError(message)
    case 'full':
    case 'failed':
      return new StorageFailure(message, { full: reason === 'full' })
  }
}
