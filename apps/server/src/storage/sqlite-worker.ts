/**
 * The storage thread: owns the only connection to the database, so that a slow disk never stalls the event loop.
 *
 * Its loop: take all that has arrived, commit the writes as one group and answer them, read for a while, look
 * again. Reads see only what is committed. Neither side starves: every turn commits once and reads at least once.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { LogPosition } from '@weft/sync'
import { unpackAppends } from './sqlite-appends.ts'
import { openConnection } from './sqlite-connection.ts'
import { failureOf } from './sqlite-errors.ts'
import { largeFolds } from './sqlite-folds.ts'
import type {
  Answered,
  Answers,
  Asked,
  Outcome,
  Read,
  ThreadMessage,
  ThreadSettings,
  ToThread,
  Write,
} from './sqlite-messages.ts'
import { sqliteRequests } from './sqlite-requests.ts'
import { sqliteWriter } from './sqlite-writer.ts'

/** Writes wait for reads no longer than this and the end of the read that is running then. */
const readingMs = 4

function serve(port: MessagePort, settings: ThreadSettings): void {
  const database = openConnection(settings.file, settings.at)
  const requests = sqliteRequests(database, settings.quotas)
  const { arrivals, purges } = requests
  const folds = largeFolds(requests.snapshots)
  const writer = sqliteWriter(database, requests.write, requests.undone)
  arrivals.reload()
  fileArrivals()
  const writes: Asked<Write>[] = []
  const reads: Asked<Read>[] = []
  let closing: number | null = null
  let hasToldOfFailure = false

  /** So that the next start has nothing to do. What cannot be filed stays where it is, as safe as before. */
  function fileArrivals(): void {
    if (!arrivals.isEmpty) writer.commit([{ type: 'file-arrivals' }])
  }

  function take(message: ToThread): void {
    if ('appends' in message) writes.push(...unpackAppends(message.appends))
    else takeOne(message)
  }

  function takeOne({ number, question }: Asked): void {
    switch (question.type) {
      case 'fold':
        if (!folds.take({ number, question })) writes.push({ number, question })
        break
      case 'close':
        closing = number
        break
      case 'read':
      case 'read-at':
      case 'position-at':
      case 'entries':
      case 'events':
      case 'webhooks.get':
      case 'webhooks.list':
      case 'webhooks.nextDue':
      case 'webhooks.delivery':
      case 'webhooks.deliveries':
      case 'get':
      case 'get-many':
      case 'list':
      case 'find-answer':
      case 'trashed-before':
      case 'tags':
      case 'folders':
      case 'folder':
      case 'starred':
      case 'openings':
      case 'get-attachment':
      case 'list-attachments':
      case 'documents-with-attachments':
      case 'digests-in-use':
      case 'get-import':
        reads.push({ number, question })
        break
      default:
        writes.push({ number, question })
    }
  }

  function takeArrived(): void {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
      take(next.message as ToThread)
  }

  function commitGroup(): void {
    const group = writes.splice(0)
    const ofFolds = folds.next()
    if (group.length === 0 && ofFolds === null && !purges.hasWork) return
    const questions = group.map(({ question }) => question)
    // Behind what was asked, and in its commit: its outcome is nobody's.
    if (group.length > 0 && arrivals.isLong) questions.push({ type: 'shorten-arrivals' })
    const purging = purges.hasWork ? questions.push({ type: 'go-on-purging' }) - 1 : -1
    if (ofFolds !== null) questions.push(ofFolds)
    const outcomes = writer.commit(questions)
    const purged = outcomes[purging]
    if (purged !== undefined && 'failure' in purged) purges.leave()
    const answers: Answered[] = []
    const folded = ofFolds === null ? null : folds.wrote(outcomes.at(-1))
    if (folded?.failure === null) writes.push(folded.fold)
    else if (folded != null)
      answers.push({ number: folded.fold.number, outcome: { failure: folded.failure } })
    const appended: number[] = []
    const positions: LogPosition[] = []
    for (const [index, { number, question }] of group.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) continue
      if (question.type === 'append' && 'value' in outcome) {
        appended.push(number)
        positions.push(outcome.value as Answers['append'])
      } else answers.push({ number, outcome })
    }
    tell({ type: 'answers', answers, appended, positions })
    if (writer.lost === null || hasToldOfFailure) return
    hasToldOfFailure = true
    tell({ type: 'failed', failure: writer.lost })
  }

  function readForAWhile(): void {
    const until = performance.now() + readingMs
    do {
      const asked = reads.shift()
      if (asked === undefined) return
      // Heads in the rows are a few writes behind, and a list is in the order of change.
      if (asked.question.type === 'list' && arrivals.hasUnwrittenHeads)
        writer.commit([{ type: 'write-heads' }])
      answer([{ number: asked.number, outcome: outcomeOf(() => requests.read(asked.question)) }])
    } while (performance.now() < until)
  }

  function answer(answers: readonly Answered[]): void {
    const buffers = answers.flatMap(({ outcome }) =>
      'value' in outcome && outcome.value instanceof Object && 'lengths' in outcome.value
        ? [
            outcome.value.bytes.buffer,
            ...(outcome.value.snapshot === null ? [] : [outcome.value.snapshot.buffer]),
          ]
        : [],
    )
    tell({ type: 'answers', answers, appended: [], positions: [] }, buffers)
  }

  function tell(message: ThreadMessage, moved: readonly ArrayBuffer[] = []): void {
    port.postMessage(message, moved)
  }

  port.on('message', (message: ToThread) => {
    take(message)
    do {
      takeArrived()
      commitGroup()
      readForAWhile()
    } while (writes.length + reads.length > 0 || folds.hasWork || purges.hasWork)
    if (closing === null) return
    fileArrivals()
    database.close()
    answer([{ number: closing, outcome: { value: null } }])
    port.close()
  })
  tell({ type: 'opened' })
}

function outcomeOf<Value>(work: () => Value): Outcome<Value> {
  try {
    return { value: work() }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}

if (parentPort !== null) {
  try {
    serve(parentPort, workerData as ThreadSettings)
  } catch (error) {
    parentPort.postMessage({ type: 'refused', failure: failureOf(error) } satisfies ThreadMessage)
  }
}
