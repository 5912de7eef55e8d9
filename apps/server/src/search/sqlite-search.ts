/** The search index in SQLite. This side runs on the event loop and only asks; search-worker.ts does the work. */
import { Worker } from 'node:worker_threads'
import { StorageFailure } from '@weft/sync'
import { threadEnvironment } from '../thread-environment.ts'
import { type SearchIndex, TooManySearches } from './search.ts'
import type { SearchAnswers, SearchMessage, SearchQuestion, SearchSettings } from './search-messages.ts'

interface Waiting {
  resolve(value: SearchAnswers[keyof SearchAnswers]): void
  reject(error: Error): void
}

const searchesAtOnce = 32

/** `file`: in a folder that is there, or `:memory:`. Rejects with StorageFailure. */
export function openSearch(file: string): Promise<SearchIndex> {
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), {
    workerData: { file } satisfies SearchSettings,
    execArgv: [],
    env: threadEnvironment(),
    name: 'weft-search',
  })
  const waiting = new Map<number, Waiting>()
  let asked = 0
  let searches = 0
  let emptied = () => {}
  let ended: StorageFailure | null = null

  function ask<Q extends SearchQuestion>(question: Q): Promise<SearchAnswers[Q['type']]> {
    if (ended !== null) return Promise.reject(ended)
    const number = ++asked
    return new Promise((resolve, reject) => {
      // The thread answers each question with a value of its type: see search-worker.ts.
      waiting.set(number, { resolve: resolve as Waiting['resolve'], reject })
      worker.postMessage({ number, question })
    })
  }

  function end(reason: StorageFailure): void {
    ended ??= reason
    for (const question of waiting.values()) question.reject(reason)
    waiting.clear()
  }

  const index: SearchIndex = {
    async search(query) {
      if (searches >= searchesAtOnce) throw new TooManySearches()
      searches++
      try {
        return await ask({ type: 'search', query })
      } finally {
        searches--
      }
    },
    stale: (documents) => ask({ type: 'stale', documents }),
    async put(documents) {
      await ask({ type: 'put', documents })
    },
    async remove(ids) {
      await ask({ type: 'remove', ids })
    },
    onEmptied(listener) {
      emptied = listener
    },
    tidy: () => ask({ type: 'tidy' }),
    ids: (after, limit) => ask({ type: 'ids', after, limit }),
    async close() {
      if (ended !== null) return
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      const closing = ask({ type: 'close' })
      ended = failure('the search index is closed')
      await closing.catch(() => worker.terminate())
      await exited
    },
  }

  return new Promise((resolve, reject) => {
    worker.on('message', (message: SearchMessage) => {
      if (message.type === 'opened') resolve(index)
      else if (message.type === 'emptied') emptied()
      else if (message.type === 'refused')
        reject(failure(`The search index cannot be opened: ${message.message}`))
      else {
        const question = waiting.get(message.number)
        waiting.delete(message.number)
        if (message.type === 'answer') question?.resolve(message.value)
        else question?.reject(failure(`the search index failed: ${message.message}`, { full: message.full }))
      }
    })
    worker.on('error', (cause) => end(failure('the search thread failed', { cause })))
    worker.on('exit', () => {
      end(failure('the search thread ended'))
      reject(failure('the search thread ended'))
    })
  })
}

function failure(
  message: string,
  options: { readonly full?: boolean; readonly cause?: unknown } = {},
): StorageFailure {
  return new StorageFailure(message, { full: false, ...options })
}
