/** The thread in which files become documents: one that is strange enough to take for ever is ended with it. */
import { parentPort } from 'node:worker_threads'
import { limits } from '@weft/protocol'
import { type TaskResult, taskThreadReady } from '../task-thread.ts'
import { parseManifest } from './archive-manifest.ts'
import type { BeginTask, ImportTask, ImportTaskDone } from './import-tasks.ts'
import { importedId } from './imported-id.ts'
import { prepareDocument, type Surroundings } from './prepare-document.ts'

if (parentPort === null) throw new Error('import-worker.ts runs as a worker thread')
const port = parentPort

let around: Surroundings = { documents: new Map(), files: new Set(), listed: new Map() }

port.on('message', (task: ImportTask) => {
  const done = task.type === 'begin' ? begin(task) : attempt(task)
  const update = 'prepared' in done ? done.prepared.update : null
  port.postMessage({ done } satisfies TaskResult<ImportTaskDone>, update === null ? [] : [update.buffer])
})

function begin({ import: importId, documents, files, manifest }: BeginTask): ImportTaskDone {
  const found = manifest === null ? null : parseManifest(manifest)
  const attachments = new Set(
    found?.documents.flatMap((document) => document.attachments.map(({ path }) => path)),
  )
  around = {
    documents: new Map(
      [...documents].flatMap((path) => (attachments.has(path) ? [] : [[path, importedId(importId, path)]])),
    ),
    files,
    listed: new Map(found?.documents.map((document) => [document.path, document])),
  }
  if (found === null) return { begun: null }
  // However long the list is: what is told fits what there may be.
  const folders = found.folders.filter(({ path }) => path.length <= limits.importPathLength)
  return {
    begun: {
      folders: new Map(folders.slice(0, limits.folders).map(({ path, name }) => [path, name])),
      attachments: new Set([...documents].filter((path) => attachments.has(path))),
    },
  }
}

function attempt({ path, bytes }: Exclude<ImportTask, BeginTask>): ImportTaskDone {
  try {
    const prepared = prepareDocument(path, bytes, around)
    return 'failure' in prepared ? prepared : { prepared }
  } catch {
    return { failure: 'not-convertible' }
  }
}

port.postMessage(taskThreadReady)
