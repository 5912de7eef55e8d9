/**
 * The server's sync half in this process: real sockets, real SQLite, real rooms, with the parts that a test wants
 * to be otherwise (who may do what, a storage that fails, a clock).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Actor, type DocumentId, type DocumentKind, parseDocumentId, type Role } from '@weft/protocol'
import { type Bounds, defaultBounds } from '@weft/server/bounds'
import { localBus } from '@weft/server/bus/local'
import { realTimers } from '@weft/server/clock'
import { deflate } from '@weft/server/deflate'
import { startDocumentWorker } from '@weft/server/documents-in-worker'
import { openLog, reporterTo } from '@weft/server/log'
import { createMetrics } from '@weft/server/metrics'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { Storage } from '@weft/server/storage/storage'
import { attachSync, type SyncDeps, type SyncEndpoint } from '@weft/server/ws/upgrade'
import { Rooms, type Timers, type UpdateLog } from '@weft/sync'
import * as Y from 'yjs'

export interface SyncServer {
  readonly port: number
  readonly rooms: Rooms
  readonly storage: Storage
  readonly endpoint: SyncEndpoint
  /** Makes a document and returns its id. */
  create(id: string, kind?: DocumentKind): Promise<DocumentId>
  /** What the log holds, through a real Y.Doc. */
  stored(id: DocumentId): Promise<Y.Doc>
  stop(): Promise<void>
}

export interface SyncServerOptions {
  readonly roleOf?: (actor: Actor) => Role | null
  readonly log?: (log: UpdateLog) => UpdateLog
  /** For the WebSockets; rooms live in real time. */
  readonly timers?: Timers
  readonly admit?: SyncDeps['access']['admit']
  readonly addressOf?: SyncDeps['addressOf']
  readonly bounds?: Partial<Bounds>
  readonly documents?: (documents: Storage['documents']) => Storage['documents']
}

const guest: Actor = { id: 'guest:test', kind: 'guest', name: null, dye: null }

export async function syncServer(options: SyncServerOptions = {}): Promise<SyncServer> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-'))
  const log = openLog('silent')
  const storage = await openSqlite({ folder, timers: realTimers })
  const worker = startDocumentWorker({ timers: realTimers })
  const updates = options.log?.(storage.updates) ?? storage.updates
  const documents = options.documents?.(storage.documents) ?? storage.documents
  const bounds = { ...defaultBounds, ...options.bounds }
  const rooms = new Rooms({
    log: updates,
    bus: localBus(),
    folder: worker,
    deflate,
    timers: realTimers,
    reporter: reporterTo(log),
    caps: bounds,
  })
  const server = createServer()
  const access: SyncDeps['access'] = {
    admit: options.admit ?? (({ host }) => ({ actor: guest, origin: `http://${host}` })),
    roleOf: (actor) => (options.roleOf === undefined ? 'editor' : options.roleOf(actor)),
  }
  const endpoint = attachSync(server, {
    rooms,
    documents,
    access,
    openings: { note: () => {} },
    timers: options.timers ?? realTimers,
    log,
    metrics: createMetrics(),
    addressOf: options.addressOf ?? ((request) => request.socket.remoteAddress ?? ''),
    bounds,
    creates: async () => 0,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    port,
    rooms,
    storage,
    endpoint,
    async create(name, kind = 'markdown') {
      const id = parseDocumentId(name)
      if (id === null) throw new RangeError(`${name} is no document id`)
      const lineage = `lineage-of-${name}`
      const draft = { id, title: name, kind, language: null, lineage, createdBy: guest.id, first: null }
      await storage.documents.create({ ...draft, createdAt: realTimers.now() })
      return id
    },
    async stored(id) {
      const doc = new Y.Doc()
      for (const update of (await storage.updates.read(id, 0)).updates) Y.applyUpdate(doc, update)
      return doc
    },
    async stop() {
      await endpoint.drain(0)
      await rooms.closeAll()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await worker.close()
      await storage.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
