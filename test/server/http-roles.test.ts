/** What the API shows and changes of many documents at once is what each one's role allows, and nothing else. */
import type { Role } from '@weft/protocol'
import { createAccess } from '@weft/server/access'
import { localBus } from '@weft/server/bus/local'
import { realTimers } from '@weft/server/clock'
import { createContentWriter } from '@weft/server/content-writer'
import { deflate } from '@weft/server/deflate'
import { createReader } from '@weft/server/document-reader'
import { documentRevisions } from '@weft/server/document-revisions'
import { startDocumentWorker } from '@weft/server/documents-in-worker'
import { createApp } from '@weft/server/http/app'
import { createGuests, freshGuestKey } from '@weft/server/identity'
import { openLog, reporterTo } from '@weft/server/log'
import { createMetrics } from '@weft/server/metrics'
import { createOpenings } from '@weft/server/openings'
import { createRates } from '@weft/server/rates'
import { createIndexer } from '@weft/server/search/indexer'
import { openSearch } from '@weft/server/search/sqlite-search'
import { openMemory } from '@weft/server/storage/memory'
import type { DocumentRecord } from '@weft/server/storage/storage'
import { watchedStorage } from '@weft/server/watched-storage'
import { Rooms } from '@weft/sync'
import { expect, test } from 'vitest'
import { contentsOf } from '../support/exports.ts'
import { noImports } from '../support/no-imports.ts'
import { nobodyFollowing } from '../support/nobody-following.ts'
import { until } from '../support/until.ts'

/** A server without a port, in which the title says what role everybody has: `viewer of …`, `nobody of …`. */
async function serverWithRoles() {
  const timers = realTimers
  const log = openLog('fatal', { write: () => {} })
  const worker = startDocumentWorker({ timers })
  const index = await openSearch(':memory:')
  const memory = openMemory()
  const revisions = documentRevisions(memory.updates, memory.history)
  const indexer = createIndexer({ ...memory, index, revisions, worker, timers, log })
  const storage = watchedStorage(memory, indexer.touch)
  indexer.holdAgainst()
  const rooms = new Rooms({
    ...{ log: storage.updates, bus: localBus(), folder: worker, deflate, timers, reporter: reporterTo(log) },
  })
  const guests = createGuests(freshGuestKey())
  const openings = createOpenings(storage.marks, timers, () => {})
  const roleOf = (_: unknown, { title }: DocumentRecord): Role | null =>
    title.startsWith('nobody') ? null : title.startsWith('viewer') ? 'viewer' : 'editor'
  const app = createApp({
    ...{ storage, rooms, guests, worker, openings, timers, log },
    access: { ...createAccess({ host: '127.0.0.1', port: 80, origins: [] }, guests), roleOf },
    reader: createReader({ revisions, worker }),
    writer: createContentWriter({
      ...{ log: storage.updates, revisions, worker, rooms, timers },
      revisionOf: async (id) => (await storage.documents.get(id))?.revision ?? null,
    }),
    updates: storage.updates,
    attachmentBytes: 1_000_000,
    importBytes: 1_000_000,
    imports: noImports,
    search: { index, isComplete: true },
    ...nobodyFollowing(),
    metrics: createMetrics(),
    addressOf: () => '',
    rates: createRates({ writesPerMinute: 0, createsPerHour: 0 }),
    largestUpdate: 1_000_000,
    textLength: 1_000_000,
    webFolder: '/nowhere',
    isDraining: () => false,
  })
  return {
    storage,
    get: async (path: string) => app.request(`http://127.0.0.1${path}`),
    async ask(method: string, path: string, body?: unknown) {
      const response = await app.request(`http://127.0.0.1/api/v1${path}`, {
        method,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json', accept: 'application/json' },
          body: JSON.stringify(body),
        }),
      })
      const text = await response.text()
      return { status: response.status, json: text === '' ? null : JSON.parse(text) }
    },
    async [Symbol.asyncDispose]() {
      await indexer.close()
      await rooms.closeAll()
      await Promise.all([storage.close(), worker.close()])
    },
  }
}

test('lists, searches, bulk changes and folders heed the role in each document', async () => {
  await using server = await serverWithRoles()
  const folder = (await server.ask('POST', '/folders', { name: 'mixed' })).json.id
  for (const whose of ['editor', 'viewer', 'nobody', 'editor']) {
    const title = `${whose} of it`
    for (const _ of [1, 2])
      await server.ask('POST', '/documents', { title, content: 'cathedral', folderId: folder })
  }
  const listed = async (query: string) =>
    (await server.ask('GET', `/documents?${query}`)).json.documents.map((one: { title: string }) => one.title)
  const seen = [...Array(4).fill('editor of it'), ...Array(2).fill('viewer of it')]
  expect((await listed('')).sort()).toEqual(seen)

  // A page is full although some of what it passes is not shown.
  const first = (await server.ask('GET', '/documents?limit=5&sort=title&order=descending')).json
  expect(first.documents).toHaveLength(5)

  const searched = async () =>
    (await server.ask('GET', '/search?q=cathedral')).json.results.map(
      (one: { document: { title: string } }) => one.document.title,
    )
  await until(async () => (await searched()).length === 6, { what: 'all are indexed' })
  expect((await searched()).sort()).toEqual(seen)

  expect(await server.ask('DELETE', `/folders/${folder}?documents=trash`)).toMatchObject({
    ...{ status: 403, json: { code: 'forbidden' } },
  })
  const all = (await server.ask('GET', '/documents')).json.documents
  const trashed = await server.ask('POST', '/documents/bulk', {
    action: 'trash',
    ids: all.map(({ id }: { id: string }) => id),
  })
  const codes = trashed.json.results.map(
    (result: { problem: { code: string } | null }) => result.problem?.code,
  )
  expect(codes.sort()).toEqual([...Array(2).fill('forbidden'), ...Array(4).fill(undefined)])
  expect(await listed('')).toEqual(Array(2).fill('viewer of it'))
  expect(await server.ask('POST', '/trash/empty')).toMatchObject({ json: { deleted: 4 } })
})

test('attached files and exports heed the role in each document', async () => {
  await using server = await serverWithRoles()
  const { attachments, documents } = server.storage
  for (const whose of ['editor', 'viewer', 'nobody'] as const) {
    const { id } = (await server.ask('POST', '/documents', { title: `${whose} of it`, content: whose })).json
    const record = await documents.get(id)
    if (record === null) throw new Error('no document')
    const file = await attachments.receive(new Blob(['{}']).stream(), 10)
    const name = `${whose}.txt`
    const attachment = 'a'.repeat(16) + whose
    await attachments.add(
      { id: attachment, document: record.id, name, type: 'text/plain', createdBy: 'guest:ann', createdAt: 1 },
      file,
    )
    const [read, write] = { editor: [200, 201], viewer: [200, 403], nobody: [404, 404] }[whose]
    const path = `/documents/${id}/attachments`
    expect((await server.ask('GET', path)).status).toBe(read)
    expect((await server.ask('GET', `${path}/${attachment}`)).status).toBe(read)
    expect((await server.get(`/attachments/${attachment}`)).status).toBe(read)
    expect((await server.ask('GET', `/documents/${id}/export?format=json`)).status).toBe(read)
    expect((await server.ask('POST', `${path}?name=more.txt`, {})).status).toBe(write)
    if (write !== 201) expect((await server.ask('DELETE', `${path}/${attachment}`)).status).toBe(write)
  }
  const archive = await server.get('/api/v1/export')
  const paths = [...(await contentsOf(await archive.bytes())).keys()]
  expect(paths.sort()).toEqual([
    ...['attachments/editor.txt', 'attachments/more.txt', 'attachments/viewer.txt'],
    ...['editor of it.md', 'manifest.json', 'viewer of it.md'],
  ])
})

test('events and webhooks heed the role in each document', async () => {
  await using server = await serverWithRoles()
  const ids: Record<string, string> = {}
  for (const whose of ['editor', 'viewer', 'nobody'])
    ids[whose] = (await server.ask('POST', '/documents', { title: `${whose} of it` })).json.id
  const { events } = (await server.ask('GET', '/events?after=0&wait=0')).json
  expect(events.map(({ title }: { title: string }) => title)).toEqual(['editor of it', 'viewer of it'])
  const followed = (whose: string) => server.ask('GET', `/documents/${ids[whose]}/events?after=0.0&wait=0`)
  expect((await followed('viewer')).json.events).toMatchObject([{ type: 'created' }])
  expect((await followed('nobody')).json).toMatchObject({ code: 'not-found' })

  const url = 'https://receiver.example/'
  const made = async (whose: string) =>
    (await server.ask('POST', '/webhooks', { url, document: ids[whose] })).json
  expect(await made('viewer')).toMatchObject({ code: 'forbidden' })
  expect(await made('nobody')).toMatchObject({ code: 'not-found' })
  const { id } = await made('editor')
  await server.ask('PATCH', `/documents/${ids.editor}`, { title: 'viewer of it now' })
  expect((await server.ask('GET', '/webhooks')).json).toEqual({ webhooks: [] })
  for (const [method, path, body] of [
    ['GET', ''],
    ['PATCH', '', { enabled: false }],
    ['DELETE', ''],
    ['POST', '/secret'],
    ['POST', '/ping'],
    ['GET', '/deliveries'],
  ] as const)
    expect((await server.ask(method, `/webhooks/${id}${path}`, body)).json).toMatchObject({
      code: 'not-found',
    })
})
