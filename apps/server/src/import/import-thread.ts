/** The main thread's end of the thread in which files become documents. */
import { type ImportFailure, limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import { TaskTooSlow, taskThread } from '../task-thread.ts'
import type { BeginTask, BegunImport, ImportTask, ImportTaskDone, PreparedDocument } from './import-tasks.ts'

export interface ImportThread {
  /** Again: what there is now. */
  begin(task: Omit<BeginTask, 'type'>): Promise<BegunImport>
  prepare(
    path: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<PreparedDocument | { readonly failure: ImportFailure }>
  close(): Promise<void>
}

const idleMs = 15_000

export function startImportThread(timers: Timers, taskMs: number = limits.importFileMs): ImportThread {
  let begun: BeginTask | null = null
  const entry = new URL('./import-worker.ts', import.meta.url)
  const first = () => (begun === null ? [] : [begun])
  const thread = taskThread<ImportTask>({ timers, entry, taskMs, idleMs, first })

  /** The thread answers each task in its own words: see import-worker.ts. */
  const ask = async (task: ImportTask, moved: readonly ArrayBuffer[]) =>
    (await thread.ask(task, moved, 'awaited')) as ImportTaskDone

  return {
    async begin(named) {
      const task = { type: 'begin', ...named } as const
      begun = null
      const done = await ask(task, [])
      begun = task
      if (!('begun' in done)) throw new TypeError('the thread began nothing')
      return done.begun
    },
    async prepare(path, bytes) {
      try {
        const done = await ask({ type: 'prepare', path, bytes }, [bytes.buffer])
        if ('prepared' in done) return done.prepared
        return { failure: 'failure' in done ? done.failure : 'not-convertible' }
      } catch (error) {
        return { failure: error instanceof TaskTooSlow ? 'too-slow' : 'not-convertible' }
      }
    },
    close: () => thread.close(),
  }
}
