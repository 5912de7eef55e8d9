/** The thread in which Yjs documents are built: so large ones stall nobody, and a hostile one can be ended. */
import { parentPort } from 'node:worker_threads'
import { contentOf, contentUpdate, foldUpdates } from '@weft/document'
import { baseOf } from '@weft/sync'
import type { DocumentTask, DocumentTaskResult, Done } from './document-tasks.ts'
import { followedTexts } from './followed-texts.ts'

if (parentPort === null) throw new Error('document-worker.ts runs as a worker thread')
const port = parentPort
const followed = followedTexts()

port.on('message', (task: DocumentTask) => {
  const result = attempt(task)
  port.postMessage(result, 'done' in result ? moved(result.done) : [])
})

/** The bytes change hands: copying would take the event loop as long as it takes here. */
function moved(done: Done): ArrayBuffer[] {
  if (typeof done !== 'string' && 'steps' in done) return []
  const bytes = typeof done === 'string' || done instanceof Uint8Array ? done : done.bytes
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
}

function attempt(task: DocumentTask): DocumentTaskResult {
  try {
    return { done: perform(task) }
  } catch (error) {
    return { failed: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' }
  }
}

function perform(task: DocumentTask): Done {
  switch (task.type) {
    case 'fold':
      // Any document's: what this one's kind forbids is not among what was taken.
      return baseOf(foldUpdates(task.updates), 'yjs')
    case 'read-text':
      return contentOf(task.updates)
    case 'write-text':
      return contentUpdate(task.text)
    case 'follow-text':
      return { steps: followed.follow(task) }
  }
}
