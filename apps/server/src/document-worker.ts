/** The thread in which Yjs documents are built: so large ones stall nobody, and a hostile one can be ended. */
import { parentPort } from 'node:worker_threads'
import { contentOf, contentUpdate, foldUpdates } from '@weft/document'
import type { DocumentTask, DocumentTaskResult } from './document-tasks.ts'

if (parentPort === null) throw new Error('document-worker.ts runs as a worker thread')
const port = parentPort

port.on('message', (task: DocumentTask) => {
  const result = attempt(task)
  port.postMessage(result, 'done' in result && typeof result.done !== 'string' ? [result.done.buffer] : [])
})

function attempt(task: DocumentTask): DocumentTaskResult {
  try {
    return { done: perform(task) }
  } catch (error) {
    return { failed: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' }
  }
}

function perform(task: DocumentTask): Uint8Array<ArrayBuffer> | string {
  switch (task.type) {
    case 'fold':
      return new Uint8Array(foldUpdates(task.updates))
    case 'read-text':
      return contentOf(task.updates)
    case 'write-text':
      return new Uint8Array(contentUpdate(task.text))
  }
}
