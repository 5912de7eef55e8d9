/**
 * Yjs documents built, edited and shown in worker threads. Showing texts has a thread of its own: one that takes long
 * to render must not keep others from being read and written. So has following them, which keeps them between steps.
 */
import type { Base, Folder, Timers } from '@weft/sync'
import {
  type DocumentTask,
  type Done,
  type Edited,
  type EditRequest,
  type OfSource,
  type PackedSource,
  packUpdates,
  type Source,
} from './document-tasks.ts'
import type { FollowedStep, FollowTask } from './follow-tasks.ts'
import { type Hurry, taskThread } from './task-thread.ts'
import type { ShownText, TextForm, TextTask } from './text-tasks.ts'

export interface DocumentWorker extends Folder {
  /** Rejects when Yjs does not accept the updates or they leave a hole. */
  readText(source: Source): Promise<OfSource<string>>
  /** How long that text is, in UTF-16 units: of a large one much sooner than the text. */
  readLength(source: Source): Promise<OfSource<number>>
  /** As {@link fold}, for somebody who waits. */
  readState(updates: readonly Uint8Array[]): Promise<Base>
  /** The update that makes an empty document hold `text`. */
  writeText(text: string): Promise<Uint8Array>
  edit(source: Source, request: EditRequest): Promise<OfSource<Edited>>
  /** A part of a text, or another form of it. */
  show(text: string, form: TextForm): Promise<ShownText>
  /** What each part changed in a text. `null`: `start` is needed, which makes the text before. */
  followText(question: FollowQuestion): Promise<readonly FollowedStep[] | null>
  /** Rejects what has not been done. */
  close(): Promise<void>
}

/** See follow-tasks.ts. */
export interface FollowQuestion extends Pick<FollowTask, 'from' | 'to' | 'diff'> {
  readonly start: readonly Uint8Array[] | null
  readonly parts: readonly (readonly Uint8Array[])[]
}

export interface DocumentWorkerOptions {
  readonly timers: Timers
  readonly entry?: URL
  readonly taskMs?: number
  readonly idleMs?: number
}

export function startDocumentWorker(options: DocumentWorkerOptions): DocumentWorker {
  const { timers, entry = new URL('./document-worker.ts', import.meta.url) } = options
  const { taskMs = 10_000, idleMs = 15_000 } = options
  const documents = taskThread<DocumentTask>({ timers, entry, taskMs, idleMs })
  const textEntry = new URL('./text-worker.ts', import.meta.url)
  const texts = taskThread<TextTask>({ timers, entry: textEntry, taskMs: taskMs / 2, idleMs })

  const followEntry = new URL('./follow-worker.ts', import.meta.url)
  const follower = taskThread<FollowTask>({ timers, entry: followEntry, taskMs, idleMs })

  documents.start()

  // The thread answers each task with a value of its type: see document-worker.ts.
  function ask<Task extends DocumentTask>(task: Task, hurry: Hurry = 'awaited'): Promise<Done[Task['type']]> {
    const packed = 'updates' in task ? task.updates : 'source' in task ? task.source.updates : null
    const moved = packed === null ? [] : [packed.bytes.buffer]
    return documents.ask(task, moved, hurry) as Promise<Done[Task['type']]>
  }

  return {
    // Nobody waits for a snapshot.
    fold: (updates): Promise<Base> => ask({ type: 'fold', updates: packUpdates(updates) }, 'unhurried'),
    readState: (updates) => ask({ type: 'fold', updates: packUpdates(updates) }),
    readText: (source) => ask({ type: 'read-text', source: packed(source) }),
    readLength: (source) => ask({ type: 'read-length', source: packed(source) }),
    writeText: (text) => ask({ type: 'write-text', text }),
    edit: (source, request) => ask({ type: 'edit', source: packed(source), request }),
    show: (text, form) => texts.ask({ text, form }, [], 'awaited') as Promise<ShownText>,
    followText({ start, parts, ...question }) {
      const task = { ...question, start: start === null ? null : copies(start), parts: parts.map(copies) }
      const moved = [...(task.start ?? []), ...task.parts.flat()].map(({ buffer }) => buffer)
      return follower.ask(task, moved, 'awaited') as Promise<readonly FollowedStep[] | null>
    },
    async close() {
      await Promise.all([documents.close(), texts.close(), follower.close()])
    },
  }
}

function packed(source: Source): PackedSource {
  return { ...source, updates: packUpdates(source.updates) }
}

/** The bytes go to the other thread; and a view of a large buffer would take all of it along. */
function copies(updates: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[] {
  return updates.map((update) => new Uint8Array(update))
}
