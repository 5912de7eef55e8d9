/** The thread in which Yjs documents are built: so large ones stall nobody, and a hostile one can be ended. */
import { parentPort } from 'node:worker_threads'
import { contentUpdate, foldUpdates } from '@weft/document'
import { baseOf, joinedUpdates } from '@weft/sync'
import { type DocumentTask, type Done, unpackUpdates } from './document-tasks.ts'
import { editedContent } from './edited-content.ts'
import { openDocuments } from './open-documents.ts'
import { type TaskResult, taskThreadReady } from './task-thread.ts'

type AnyDone = Done[DocumentTask['type']]

if (parentPort === null) throw new Error('document-worker.ts runs as a worker thread')
const port = parentPort

port.on('message', (task: DocumentTask) => {
  const result = attempt(task)
  port.postMessage(result, 'done' in result ? moved(result.done) : [])
})

/** The bytes change hands: copying would take the event loop as long as it takes here. */
function moved(done: AnyDone): ArrayBuffer[] {
  const bytes = done instanceof Uint8Array ? done : 'bytes' in done ? done.bytes : updateIn(done)
  return bytes?.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
}

function updateIn(done: Done['read-text' | 'read-length' | 'edit']): Uint8Array | null {
  if (done.type === 'closed' || typeof done.value !== 'object' || done.value.type !== 'edited') return null
  // Without a change it is the same for all edits.
  return done.value.changed > 0 ? done.value.update : null
}

const documents = openDocuments()

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
      return baseOf(foldUpdates(joinedUpdates(unpackUpdates(task.updates))), 'yjs')
    case 'read-text':
      return documents.use(task.source, ({ text }) => text)
    case 'read-length':
      return documents.use(task.source, ({ length }) => length)
    case 'write-text':
      return contentUpdate(task.text)
    case 'edit':
      return documents.use(task.source, (content) => editedContent(content, task.request))
  }
}

port.postMessage(taskThreadReady)
