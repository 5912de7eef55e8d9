/** What an operator learns of a damaged document, and gets back of it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { contentUpdate } from '@weft/document'
import type { Problem } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { salvaged } from '@weft/server/inspect'
import { openSqlite } from '@weft/server/storage/sqlite'
import { inspectSqlite } from '@weft/server/storage/sqlite-inspection'
import { expect, test } from 'vitest'
import { documentId, draft, entry } from '../contract/adapter.ts'
import { serverProcess } from '../support/server-process.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

/** A document of three entries: its text is `first second third`, in some order. */
async function filled(server: RestartingServer): Promise<string> {
  await server.start()
  const id = await server.create({ title: 'Precious', kind: 'text' })
  const client = wireClient(server.port, id, { query: '?receipts=1' })
  await until(() => client.all('sync-step-2').length === 1)
  for (const word of ['first ', 'second ', 'third ']) {
    client.text.insert(client.text.length, word)
    await until(() => client.receipted === client.sent)
  }
  client.close()
  await until(async () => (await server.metric('weft_connections')) === 0)
  await server.terminate()
  return id
}

async function inspected(server: RestartingServer, words: readonly string[]) {
  const run = serverProcess(['inspect', ...words, '--data', server.folder])
  const code = await run.ended()
  return { code, stdout: run.stdout, stderr: run.stderr }
}

function change(server: RestartingServer, sql: string, ...values: (string | number)[]): void {
  const database = new DatabaseSync(join(server.folder, 'weft.sqlite'))
  for (const table of ['updates', 'arrivals']) database.prepare(sql.replace('TABLE', table)).run(...values)
  database.close()
}

test('of a sound document every entry is shown, and the database is not touched', async () => {
  await using server = await restartingServer()
  const id = await filled(server)
  const before = await readFile(join(server.folder, 'weft.sqlite'))
  const seen = await inspected(server, [id])
  expect(seen.stderr).toBe('')
  expect(seen.code).toBe(0)
  expect(seen.stdout).toContain(`Document   ${id}  "Precious"  text`)
  expect(seen.stdout).toContain('Head       3')
  expect(seen.stdout.match(/ bytes {2}ok {6}/g)).toHaveLength(3)
  expect(seen.stdout).toContain('All of it is as it was written.')
  expect(await readFile(join(server.folder, 'weft.sqlite'))).toEqual(before)
})

test('[W33] of a damaged one the fault is named, what stands before it is given back, and people are told', async () => {
  await using server = await restartingServer()
  const id = await filled(server)
  change(server, 'UPDATE TABLE SET bytes = zeroblob(length(bytes)) WHERE document = ? AND position = 3', id)
  const file = join(server.folder, 'salvaged.txt')
  const seen = await inspected(server, [id, '--salvage', file])
  expect(seen.code).toBe(3)
  expect(seen.stdout).toMatch(/ {2}3 .*DAMAGED/)
  expect(seen.stdout).toContain('Entry 3 fails its checksum.')
  expect(seen.stdout).toContain('Revision 2 of 3 can be salvaged')
  expect(await readFile(file, 'utf8')).toBe('first second ')
  const again = await inspected(server, [id, '--salvage', file])
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('EEXIST')

  await server.start()
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v1/documents/${id}/content`)
  expect(response.status).toBe(500)
  expect(((await response.json()) as Problem).code).toBe('document-damaged')
  const client = wireClient(server.port, id)
  await client.closeCode()
  expect(client.closed).toEqual({ code: 4422, reason: 'document-damaged' })
  expect(await server.metric('weft_damaged_documents')).toBe(1)
  expect(server.stderr.match(/document damaged/g)).toHaveLength(1)
  const running = await inspected(server, [id])
  expect(running.code).toBe(1)
  expect(running.stderr).toContain('A server has')
})

test('a large snapshot is read with its pieces, and given back with what is behind it', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const id = documentId('large')
  await storage.documents.create(draft({ id, kind: 'text' }))
  const [text, behind] = [contentUpdate('x'.repeat(700_000)), contentUpdate('behind')]
  await storage.updates.append(id, [entry('', { update: text }), entry('', { update: behind })])
  await storage.updates.fold(id, { update: text, owners: new Map() }, 1)
  await storage.close()
  const sound = inspectSqlite(folder.path, id)
  expect(sound?.faults).toEqual([])
  expect(sound?.snapshot).toMatchObject({ position: 1, bytes: text.length, isIntact: true })
  if (sound !== null) expect(salvaged(sound)).toHaveLength(700_006)

  const database = new DatabaseSync(join(folder.path, 'weft.sqlite'))
  database.exec('DELETE FROM snapshot_pieces WHERE number = 1')
  database.close()
  expect(inspectSqlite(folder.path, id)?.faults).toEqual(['The snapshot fails its checksum.'])
})

test('a document that was deleted for good is not there, instead of damaged', async () => {
  await using folder = await temporaryFolder()
  const storage = await openSqlite({ folder: folder.path, timers: realTimers })
  const id = documentId('purged')
  await storage.documents.create(draft({ id }))
  await storage.updates.append(id, [entry('x')])
  await storage.documents.trash(id, 1)
  await storage.documents.purge([id], 2)
  await storage.close()
  expect(inspectSqlite(folder.path, id)).toBeNull()
})

test('entries that are missing are named, and a document that is not there is said so', async () => {
  await using server = await restartingServer()
  const id = await filled(server)
  change(server, 'DELETE FROM TABLE WHERE document = ? AND position = 2', id)
  const seen = await inspected(server, [id])
  expect(seen.stdout).toContain('Entry 2 is missing.')
  expect(seen.stdout).toContain('Revision 1 of 3')
  expect((await inspected(server, ['nowhere'])).stderr).toContain('There is no document nowhere')
  expect((await inspected(server, [])).code).toBe(2)
})

test('of a document without text the salvage is one update', async () => {
  await using server = await restartingServer()
  await server.start()
  const id = await server.create({ title: 'Odd', kind: 'text' })
  const client = wireClient(server.port, id, { manual: true, query: '?receipts=1' })
  await client.opened()
  client.send({ type: 'update', update: updateOf(7, 'fine') })
  await until(() => client.receipted === 1)
  client.close()
  await server.terminate()
  const database = new DatabaseSync(join(server.folder, 'weft.sqlite'))
  database.prepare("UPDATE documents SET kind = 'yjs' WHERE id = ?").run(id)
  database.close()
  const seen = await inspected(server, [id, '--salvage', join(server.folder, 'update.yjs')])
  expect(seen.code).toBe(0)
  expect((await readFile(join(server.folder, 'update.yjs'))).length).toBeGreaterThan(4)
})
