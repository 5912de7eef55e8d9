/** The thread in which Yjs documents are built: so large ones stall nobody, and a hostile one can be ended. */
import { parentPort } from 'node:worker_threads'
import { contentOf, contentUpdate, foldUpdates } from '@weft/document'
import { baseOf } from '@weft/sync'
import type { DocumentTask, Done } from './document-tasks.ts'
import { editedContent } from './edited-content.ts'
import type { TaskResult } from './task-thread.ts'

type AnyDone = Done[DocumentTask['type']]

if (parentPort === null) throw new Error('document-worker.ts runs as a worker thread')
const port = parentPort

port.on('message', (task: DocumentTask) => {
  const result = attempt(task)
  port.postMessage(result, 'done' in result ? moved(result.done) : [])
})

/** The bytes change hands: copying would take the event loop as long as it takes here. */
function moved(done: AnyDone): ArrayBuffer[] {
  const bytes = typeof done === 'string' ? null : done instanceof Uint8Array ? done : bytesIn(done)
  return bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
}

function bytesIn(done: Exclude<AnyDone, string | Uint8Array>): Uint8Array | null {
  if ('bytes' in done) return done.bytes
  // Without a change it is the same for all edits.
  return done.type === 'edited' && done.changed > 0 ? done.update : null
}

function attempt(task: DocumentTask): TaskResult<AnyDone> {
  try {
    return { done: perform(task) }
  } catch (error) {
    return { failed: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' }
  }
}

function perform(task: DocumentTask): AnyDone {
  switch (task.type) {
    case 'fold':
      // Any document's: what this one's kind forbids is not among what was taken.
      return baseOf(foldUpdates(task.updates), 'yjs')
    case 'read-text':
      return contentOf(task.updates)
    case 'write-text':
      return contentUpdate(task.text)
    case 'edit':
      return editedContent(task.updates, task.request)
  }
}
