/** The main thread's end of the thread in which files become documents. */
import { type ImportFailure, limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import { type Lost, startTaskThread } from '../task-thread.ts'
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
  close(): Promise<void>
}

export function startImportThread(timers: Timers, taskMs: number = limits.importFileMs): ImportThread {
  let begun: BeginTask | null = null
  const thread = startTaskThread<ImportTask, ImportTaskResult>({
    entry: new URL('./import-worker.ts', import.meta.url),
    name: 'weft-import',
    timers,
    taskMs,
    first: () => (begun === null ? [] : [begun]),
  })

  return {
    async begin(named) {
      begun = { type: 'begin', ...named }
      const result = await thread.ask(begun)
      return 'begun' in result ? result.begun : null
    },
    async prepare(path, bytes) {
      const result = await thread.ask({ type: 'prepare', path, bytes }, [bytes.buffer])
      return 'prepared' in result ? result.prepared : { failure: failureOf(result) }
    },
    close: () => thread.close(),
  }
}

function failureOf(result: Exclude<ImportTaskResult, { prepared: unknown }> | Lost): ImportFailure {
  if ('failure' in result) return result.failure
  return 'lost' in result && result.lost === 'too-slow' ? 'too-slow' : 'not-convertible'
}
