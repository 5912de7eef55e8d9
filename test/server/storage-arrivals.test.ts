/** What came and is not filed yet stays in order and readable, whatever hinders filing. */
import type { DatabaseSync } from 'node:sqlite'
import type { DocumentId } from '@weft/protocol'
import { openConnection } from '@weft/server/storage/sqlite-connection'
import { sqliteRequests } from '@weft/server/storage/sqlite-requests'
import { sqliteWriter } from '@weft/server/storage/sqlite-writer'
import { noQuotas } from '@weft/server/storage/storage'
import { expect, test } from 'vitest'
import { documentId, draft, entry, range } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** The storage thread's parts, without the thread: a test decides when something is filed. */
function opened(file: string) {
  const database: DatabaseSync = openConnection(file, 0)
  const requests = sqliteRequests(database, noQuotas)
  const writer = sqliteWriter(database, requests.write, requests.undone)
  requests.arrivals.reload()
  const commit = (write: Parameters<typeof writer.commit>[0][number]) => writer.commit([write])[0]
  return {
    database,
    commit,
    append: (document: DocumentId, text: string) =>
      commit({ type: 'append', document, entries: [entry(text)] }),
    read: (document: DocumentId) => requests.read({ type: 'read', document, after: 0 }),
  }
}

const large = 'x'.repeat(20_000)

test('a document that could not be filed, for want of space, takes large entries and small ones after', async () => {
  await using folder = await temporaryFolder()
  const file = `${folder.path}/weft.sqlite`
  const storage = opened(file)
  const id = documentId('held-up')
  storage.commit({ type: 'create', draft: draft({ id }) })
  for (const number of range(40)) storage.append(id, `${number} ${'y'.repeat(4_000)}`)
  const pages = storage.database.prepare('PRAGMA page_count').get()?.page_count
  storage.database.exec(`PRAGMA max_page_count = ${Number(pages)}`)
  expect(storage.commit({ type: 'file-arrivals' })).toMatchObject({ failure: { reason: 'full' } })
  storage.database.exec('PRAGMA max_page_count = 1000000')

  expect(storage.append(id, large)).toEqual({ value: 41 })
  expect(storage.append(id, 'after')).toEqual({ value: 42 })
  expect(storage.read(id)).toMatchObject({ head: 42 })
  storage.commit({ type: 'file-arrivals' })
  storage.database.close()

  const again = opened(file)
  expect(again.read(id)).toMatchObject({ head: 42 })
  expect(again.append(id, 'later')).toEqual({ value: 43 })
  again.database.close()
})

test('a document that cannot be filed, for its own fault, takes large entries, and none once it is in the trash', async () => {
  await using folder = await temporaryFolder()
  const storage = opened(`${folder.path}/weft.sqlite`)
  const id = documentId('damaged')
  storage.commit({ type: 'create', draft: draft({ id }) })
  storage.append(id, 'one')
  storage.append(id, 'two')
  // As a page of `updates` that cannot be written, where these belong.
  storage.database.exec(`CREATE TEMP TRIGGER damage BEFORE INSERT ON updates WHEN NEW.position < 3
    BEGIN SELECT RAISE(ABORT, 'damaged'); END`)
  storage.commit({ type: 'file-arrivals' })
  expect(storage.append(id, large)).toEqual({ value: 3 })
  expect(storage.append(id, 'four')).toEqual({ value: 4 })
  expect(storage.read(id)).toMatchObject({ head: 4 })
  storage.commit({ type: 'trash', id, at: 5, by: null })
  expect(storage.append(id, 'too late')).toMatchObject({ failure: { reason: 'gone' } })
  storage.commit({ type: 'restore', id, at: 6, by: null })
  expect(storage.append(id, 'five')).toEqual({ value: 5 })

  storage.commit({ type: 'trash', id, at: 7, by: null })
  storage.commit({ type: 'purge', ids: [id], at: 8, by: null })
  for (const _ of range(20)) storage.commit({ type: 'go-on-purging' })
  storage.commit({ type: 'shorten-arrivals' })
  const left = storage.database.prepare('SELECT count(*) AS count FROM arrivals').get()
  expect(left?.count).toBe(0)
  storage.database.close()
})
