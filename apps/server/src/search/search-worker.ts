/** The search thread: owns the index file, so that neither a search nor a text that is put stalls the event loop. */
import type { DatabaseSync } from 'node:sqlite'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { openIndexFile, removeIndexFile } from './index-file.ts'
import { type IndexTables, indexTables } from './index-tables.ts'
import type {
  AskedSearch,
  SearchAnswers,
  SearchMessage,
  SearchQuestion,
  SearchSettings,
} from './search-messages.ts'

function serve(port: MessagePort, { file }: SearchSettings): void {
  let { database, tables } = openAnyhow(file)
  const tell = (message: SearchMessage) => port.postMessage(message)

  /** The storage has all of it: a damaged file is not repaired. */
  function startOver(): void {
    database.close()
    removeIndexFile(file)
    ;({ database, tables } = openTables(file))
    tell({ type: 'emptied' })
  }

  port.on('message', ({ number, question }: AskedSearch) => {
    if (question.type === 'close') {
      database.close()
      tell({ type: 'answer', number, value: null })
      port.close()
      return
    }
    try {
      tell({ type: 'answer', number, value: answer(tables, question) })
    } catch (error) {
      tell({ type: 'failure', number, message: messageOf(error), full: codeOf(error) === 13 })
      if (isDamage(error)) startOver()
    }
  })
  tell({ type: 'opened' })
}

/** A file that cannot be used is as good as none. */
function openAnyhow(file: string): OpenIndex {
  try {
    return openTables(file)
  } catch {
    removeIndexFile(file)
    return openTables(file)
  }
}

interface OpenIndex {
  readonly database: DatabaseSync
  readonly tables: IndexTables
}

function openTables(file: string): OpenIndex {
  const database = openIndexFile(file)
  try {
    return { database, tables: indexTables(database) }
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB; extended codes carry their kind in the lowest byte. */
function isDamage(error: unknown): boolean {
  return codeOf(error) === 11 || codeOf(error) === 26
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function answer(
  tables: IndexTables,
  question: Exclude<SearchQuestion, { readonly type: 'close' }>,
): SearchAnswers[keyof SearchAnswers] {
  switch (question.type) {
    case 'search':
      return tables.search(question.query)
    case 'stale':
      return tables.stale(question.documents)
    case 'put':
      tables.put(question.documents)
      return null
    case 'remove':
      tables.remove(question.ids)
      return null
    case 'tidy':
      return tables.tidy()
    case 'ids':
      return tables.ids(question.after, question.limit)
  }
}

if (parentPort !== null) {
  try {
    // Given by sqlite-search.ts.
    serve(parentPort, workerData as SearchSettings)
  } catch (error) {
    parentPort.postMessage({ type: 'refused', message: messageOf(error) } satisfies SearchMessage)
  }
}
