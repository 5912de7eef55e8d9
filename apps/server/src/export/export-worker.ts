/** The thread in which documents become files. */
import { parentPort } from 'node:worker_threads'
import { type TaskResult, taskThreadReady } from '../task-thread.ts'
import type { ExportTask, ExportTaskDone } from './export-tasks.ts'
import { writtenDocument } from './written-document.ts'

if (parentPort === null) throw new Error('export-worker.ts runs as a worker thread')
const port = parentPort

const documents = new Map<string, string>()

port.on('message', (task: ExportTask) => {
  const result = attempt(task)
  const bytes = 'done' in result ? result.done : null
  port.postMessage(result, bytes === null ? [] : [bytes.buffer])
})

function attempt(task: ExportTask): TaskResult<ExportTaskDone> {
  if (task.type === 'paths') {
    for (const [id, path] of task.documents) documents.set(id, path)
    return { done: null }
  }
  try {
    return { done: writtenDocument({ ...task, documents, attachments: new Map(task.attachments) }) }
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

port.postMessage(taskThreadReady)
