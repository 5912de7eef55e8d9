/** Group commit: writes that wait share one transaction, and stay apart in what becomes of them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { appendGate } from '@weft/server/storage/sqlite-appends'
import { DocumentExists } from '@weft/server/storage/storage'
import { DocumentGone, StorageFailure } from '@weft/sync'
import { expect, test } from 'vitest'
import { documentId, draft, entry, folded, range, texts } from '../contract/adapter.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

/**
 * Transactions that SQLite itself has recorded in its write-ahead log: the last frame of each says how large the
 * database is after it. Frames of an earlier round of the log carry other salts.
 */
async function commits(folder: string): Promise<number> {
  const log = await readFile(join(folder, 'weft.sqlite-wal'))
  const frameSize = 24 + log.readUInt32BE(8)
  const salts = log.subarray(16, 24)
  let count = 0
  for (let at = 32; at + frameSize <= log.length; at += frameSize) {
    if (!log.subarray(at + 8, at + 16).equals(salts)) break
    if (log.readUInt32BE(at + 4) !== 0) count++
  }
  return count
}

test('200 appends at once to 200 documents are a few commits, 20 in a row are 20', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const documents = range(200).map((number) => documentId(`document-${number}`))
  await Promise.all(documents.map((id) => storage.documents.create(draft({ id }))))

  const before = await commits(folder.path)
  for (const _ of range(20)) await storage.updates.append(documentId('document-0'), [entry('x')])
  const sequential = await commits(folder.path)
  expect(sequential - before).toBe(20)

  const positions = await Promise.all(documents.map((id) => storage.updates.append(id, [entry(`${id}`)])))
  const grouped = (await commits(folder.path)) - sequential
  expect(grouped).toBeGreaterThanOrEqual(1)
  expect(grouped).toBeLessThanOrEqual(10)
  expect(positions).toEqual([21, ...range(199).map(() => 1)])
  for (const id of documents) expect(texts((await storage.updates.read(id, 0)).updates).at(-1)).toBe(id)
  await storage.close()
})

test('a write that fails for its own reason leaves nothing, and fails no other of its group', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const ids = range(30).map((number) => documentId(`document-${number}`))
  await Promise.all(ids.map((id) => storage.documents.create(draft({ id }))))
  const [bad = documentId('none')] = ids
  const results = await Promise.allSettled([
    ...ids.slice(1).map((id) => storage.updates.append(id, [entry('good')])),
    storage.updates.append(documentId('absent'), [entry('x')]),
    storage.documents.create(draft({ id: bad })),
    storage.updates.fold(bad, folded('x'), 7),
    // A time that no table takes, behind an entry that is taken.
    storage.updates.append(bad, [entry('half'), entry('bad', { at: 0.5 })]),
    storage.updates.append(bad, [entry('after the bad')]),
    storage.probe(),
  ])
  const reasons = results.slice(29).map((result) => (result.status === 'rejected' ? result.reason : null))
  expect(results.slice(0, 29).every(({ status }) => status === 'fulfilled')).toBe(true)
  expect(reasons[0]).toBeInstanceOf(DocumentGone)
  expect(reasons[1]).toBeInstanceOf(DocumentExists)
  expect(reasons[2]).toBeInstanceOf(RangeError)
  expect(reasons[3]).toBeInstanceOf(StorageFailure)
  expect(reasons.slice(4)).toEqual([null, null])
  expect(texts((await storage.updates.read(bad, 0)).updates)).toEqual(['after the bad'])
  for (const id of ids.slice(1)) expect((await storage.updates.read(id, 0)).head).toBe(1)
  await storage.close()
})

test('the event loop goes on while the storage works', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  for (const _ of range(5))
    await storage.updates.append(
      id,
      range(4_000).map((number) => entry(`an entry of some length ${number}`)),
    )
  const stalls = monitorEventLoopDelay({ resolution: 1 })
  let longest = 0
  for (const _ of range(3)) {
    const started = performance.now()
    stalls.enable()
    const { updates } = await storage.updates.read(id, 0)
    stalls.disable()
    longest = Math.max(longest, performance.now() - started)
    expect(updates).toHaveLength(20_000)
  }
  // In this thread one read would have stalled it for as long as the read took.
  expect(stalls.max / 1e6).toBeLessThan(longest / 2)
  await storage.close()
})

test('writes do not wait for all the reads that came before them, nor reads for all the writes', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const { id } = await storage.documents.create(draft())
  await storage.updates.append(
    id,
    range(2_000).map((number) => entry(`entry ${number}`)),
  )
  const order: string[] = []
  const reads = range(60).map(() => storage.updates.read(id, 0).then(() => order.push('read')))
  // It is reading now, and 59 more are waiting.
  await reads[0]
  const write = storage.updates.append(id, [entry('x')]).then(() => order.push('write'))
  await Promise.all([...reads, write])
  expect(order.indexOf('write')).toBeLessThan(30)

  order.length = 0
  let writing = true
  const writers = range(4).map(async () => {
    while (writing) {
      await storage.updates.append(id, [entry('x')])
      order.push('write')
    }
  })
  for (const _ of range(10)) await storage.updates.read(id, 2_000)
  writing = false
  await Promise.all(writers)
  expect(order.length).toBeGreaterThan(0)
  await storage.close()
})

test('a busy server whose clock is set back by an hour goes on writing', () => {
  const timers = new VirtualTimers()
  const sent: number[] = []
  const gate = appendGate(timers, ({ numbers }) => void sent.push(...numbers))
  let asked = 0
  const ask = () =>
    gate.add({
      number: ++asked,
      question: { type: 'append', document: documentId('busy'), entries: [entry('x')] },
    })
  for (let ms = 0; ms < 300; ms++) {
    for (let times = 0; times < 4; times++) ask()
    timers.advance(1)
  }
  timers.setClock(-60 * 60 * 1_000)
  ask()
  timers.advance(10)
  expect(sent.at(-1)).toBe(asked)
})
