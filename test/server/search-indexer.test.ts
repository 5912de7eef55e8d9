/** What the indexer makes of changes, failures and losses that come while it reads, in a time of the test's own. */
import type { DocumentId } from '@weft/protocol'
import type { DocumentRevisions } from '@weft/server/document-revisions'
import { openLog } from '@weft/server/log'
import { createIndexer } from '@weft/server/search/indexer'
import type { SearchIndex } from '@weft/server/search/search'
import { parseSearch } from '@weft/server/search/search-query'
import { openSearch } from '@weft/server/search/sqlite-search'
import { openMemory } from '@weft/server/storage/memory'
import { WorkerFailure } from '@weft/server/task-thread'
import { DocumentDamaged, StorageFailure } from '@weft/sync'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { draft, entry } from '../contract/adapter.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

let index: SearchIndex
beforeEach(async () => {
  index = await openSearch(':memory:')
})
afterEach(() => index.close())

/** An indexer of documents whose texts are read by `read`. */
function world(read: (id: DocumentId) => Promise<string> | string, into: SearchIndex = index) {
  const timers = new VirtualTimers()
  const { documents } = openMemory()
  const revisions: DocumentRevisions = {
    async at(revision) {
      // The texts are this test's: no worker is asked.
      const value = (await read(revision.id)) as never
      return { value, revision: 1, lineage: revision.lineage }
    },
    slice: () => Promise.reject(new Error('nobody asks')),
  }
  const worker = { readText: () => Promise.reject(new Error('nobody asks')) }
  const log = openLog('silent')
  const indexer = createIndexer({ index: into, documents, revisions, worker, timers, log })
  return {
    documents,
    indexer,
    /** Lets time pass until it is so. */
    async passUntil(condition: () => Promise<boolean> | boolean): Promise<void> {
      await until(async () => {
        timers.advance(100)
        return condition()
      })
    },
    async rename(id: DocumentId, title: string): Promise<void> {
      await documents.update(id, { title }, 1_760_000_000_000)
      indexer.touch(id)
    },
  }
}

async function found(q: string): Promise<readonly string[]> {
  const filters = { folders: null, tags: [], author: null, from: null, before: null }
  const page = await index.search({ terms: parseSearch(q).terms, filters, limit: 20, after: null })
  return page.found.map(({ id }) => id)
}

const written = (title: string) => draft({ title, first: entry('x') })

it('what changes while all documents are held against the index is not put as it was before', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<string>()
  let reads = 0
  const [first, second] = [written('Old one'), written('Old two')]
  const { documents, indexer, rename, passUntil } = world((id) =>
    id === second.id && reads++ === 0 ? held : 'text',
  )
  for (const each of [first, second]) await documents.create(each)
  indexer.holdAgainst()
  await until(() => reads === 1)
  await rename(first.id, 'New one')
  await rename(second.id, 'New two')
  await passUntil(async () => (await found('new')).length === 2)
  release('text')
  await passUntil(() => indexer.isComplete && indexer.pending === 0)
  await passUntil(async () => (await found('old')).length === 0 && (await found('new')).length === 2)
})

it('a text that the storage does not give for a moment is read again', async () => {
  let reads = 0
  const one = written('Title')
  const { documents, indexer, passUntil } = world(() =>
    reads++ === 0 ? Promise.reject(new StorageFailure('busy', { full: false })) : 'needle',
  )
  await documents.create(one)
  indexer.touch(one.id)
  await passUntil(async () => (await found('needle')).length === 1)
})

it('a text that the storage does not give for a moment is found meanwhile as it was', async () => {
  let reads = 0
  const one = written('Title')
  const { documents, indexer, passUntil, rename } = world(() =>
    ++reads === 2 ? Promise.reject(new StorageFailure('busy', { full: false })) : 'needle',
  )
  await documents.create(one)
  indexer.touch(one.id)
  await passUntil(async () => (await found('needle')).length === 1)
  await rename(one.id, 'New')
  await passUntil(() => reads === 2)
  await until(() => indexer.pending === 1)
  expect(await found('needle')).toEqual([one.id])
  await passUntil(async () => (await found('new')).length === 1)
  expect(await found('needle')).toEqual([one.id])
})

it.each([new WorkerFailure('too slow'), new DocumentDamaged('damaged')])(
  'a document whose text cannot be had (%s) is found by its title, and read again at the next start',
  async (error) => {
    let reads = 0
    const one = written('Title')
    const { documents, indexer, passUntil } = world(() => (reads++ === 0 ? Promise.reject(error) : 'needle'))
    await documents.create(one)
    indexer.touch(one.id)
    await passUntil(async () => (await found('title')).length === 1)
    expect([await found('needle'), reads]).toEqual([[], 1])
    indexer.holdAgainst()
    await passUntil(async () => (await found('needle')).length === 1)
  },
)

it('what the index has no room for is put when there is some again', async () => {
  let puts = 0
  const cramped: SearchIndex = {
    ...index,
    put: (group) =>
      puts++ < 2 ? Promise.reject(new StorageFailure('the disk is full', { full: true })) : index.put(group),
  }
  const [one, two] = [written('Title'), written('Other')]
  const { documents, indexer, passUntil } = world(() => 'needle', cramped)
  for (const { id } of [await documents.create(one), await documents.create(two)]) indexer.touch(id)
  await passUntil(async () => (await found('needle')).length === 2)
})

it('words that no document has any more are forgotten, a few at a time, also those of an earlier process', async () => {
  let tidied = 0
  const watched: SearchIndex = {
    ...index,
    async tidy() {
      tidied++
      return index.tidy()
    },
  }
  let text = Array.from({ length: 250 }, (_, n) => `word${n}`).join(' ')
  const one = written('Title')
  const { documents, indexer, passUntil, rename } = world(() => text, watched)
  await documents.create(one)
  indexer.holdAgainst()
  await passUntil(() => indexer.isComplete && tidied === 1)
  text = 'other'
  await rename(one.id, 'New title')
  await passUntil(() => tidied === 4)
  expect(await index.tidy()).toBe(false)
  await passUntil(() => indexer.pending === 0)
  expect(tidied).toBe(4)
})
