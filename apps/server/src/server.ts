/**
 * A Weft server on one port: pages, API and sync over the parts it is given. It chooses none of them and reads no
 * setting by itself; main.ts does, and so do tests.
 */
import { createServer, type Server } from 'node:http'
import { BlockList } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { limits } from '@weft/protocol'
import { type Bus, Rooms, type Timers } from '@weft/sync'
import { createAccess, inUrl, isLoopback } from './access.ts'
import { addressReader } from './addresses.ts'
import { purgeAnswers } from './answer-purge.ts'
import { collectRegularly } from './attachment-collection.ts'
import { type Bounds, defaultBounds } from './bounds.ts'
import { within } from './clock.ts'
import { createContentWriter } from './content-writer.ts'
import { watchDamage } from './damage.ts'
import { deflate } from './deflate.ts'
import { createReader } from './document-reader.ts'
import { documentRevisions } from './document-revisions.ts'
import type { DocumentWorker } from './documents-in-worker.ts'
import { tellChangesInTime } from './following/change-events.ts'
import { openNewsDesk } from './following/news.ts'
import { attendance } from './following/people.ts'
import { createStreams } from './following/streams.ts'
import { createApp } from './http/app.ts'
import { answerBrokenRequests } from './http/broken-requests.ts'
import { problemResponse, Refused } from './http/refused.ts'
import { limitRequestTime, longestRequestMs } from './http/request-time.ts'
import { createGuests } from './identity.ts'
import { createImports } from './import/imports.ts'
import { type Logger, reporterTo } from './log.ts'
import { createMetrics, watchRooms } from './metrics.ts'
import { createOpenings } from './openings.ts'
import { createRates } from './rates.ts'
import { createIndexer } from './search/indexer.ts'
import type { SearchIndex } from './search/search.ts'
import type { Storage } from './storage/storage.ts'
import { startTrashPurge } from './trash-purge.ts'
import { watchedStorage } from './watched-storage.ts'
import { type AllowedHosts, nothingAllowed, type Resolve, systemResolve } from './webhooks/address-guard.ts'
import { startDispatcher } from './webhooks/dispatcher.ts'
import { createPost } from './webhooks/post.ts'
import { isSyncPath } from './ws/sync-request.ts'
import { attachSync } from './ws/upgrade.ts'

export interface ServerDeps {
  /** Closed with the server, as is the worker. */
  readonly storage: Storage
  readonly worker: DocumentWorker
  /** Closed with the server too. */
  readonly search: SearchIndex
  readonly bus: Bus
  readonly timers: Timers
  readonly log: Logger
  /** Signs guests' cookies. */
  readonly guestKey: Uint8Array
  /** Where the built web app is; it may be missing. */
  readonly webFolder: string
  /** Left out: the system's. Webhooks alone look names up. */
  readonly resolve?: Resolve
}

export interface ServerConfig {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly origins: readonly string[]
  /** Whose `X-Forwarded-For` is believed; left out: nobody's. */
  readonly trustedProxies?: BlockList
  /** Those that are left out have their defaults. */
  readonly bounds?: Partial<Bounds>
  /** See ws/open-rooms.ts. */
  readonly openRooms?: boolean
  /** Left out: webhooks reach public addresses only. */
  readonly webhookAllow?: AllowedHosts
}

export interface RunningServer {
  readonly url: string
  readonly port: number
  /** Sends people away, makes everything durable, and ends, within ten seconds. Again: the same promise. */
  close(): Promise<void>
  /** Sends people away, within a second, and makes nothing durable: for a storage that failed. */
  abandon(): Promise<void>
}

/** Rejects when the address cannot be had. */
export async function startServer(deps: ServerDeps, config: ServerConfig): Promise<RunningServer> {
  const { worker, bus, timers, log } = deps
  const desk = openNewsDesk()
  const { news } = desk
  const storage = watchedStorage(
    deps.storage,
    (id, what) => {
      indexer.touch(id)
      desk.note(id, what)
    },
    (id) => collection.forget(id),
  )
  const server = createServer({
    ...timeouts,
    // Otherwise Node takes every request that offers an upgrade for one, and curl offers HTTP/2 with any.
    shouldUpgradeCallback: (request) => isSyncPath(request.url),
  })
  const bounds = { ...defaultBounds, ...config.bounds }
  server.maxConnections = bounds.connections + limits.httpConnections
  const port = await listen(server, config)

  const damage = watchDamage(storage.updates, log)
  const revisions = documentRevisions(damage.log, storage.history)
  const indexer = createIndexer({
    ...{ documents: storage.documents, index: deps.search, revisions, worker, timers, log },
  })
  const people = attendance((document) => news.spread(document))
  const rooms = new Rooms({
    ...{ log: damage.log, bus, folder: worker, deflate, timers, reporter: reporterTo(log) },
    caps: bounds,
    people,
  })
  const streams = createStreams()
  const allowedHosts = config.webhookAllow ?? nothingAllowed
  const post = createPost({ allowed: allowedHosts, resolve: deps.resolve ?? systemResolve, timers })
  const guests = createGuests(deps.guestKey)
  const access = createAccess({ ...config, port }, guests)
  const dispatcher = startDispatcher({ storage, access, news, post, timers, log, dice: Math.random })
  const addressOf = addressReader(config.trustedProxies ?? new BlockList())
  const rates = createRates(bounds)
  const metrics = createMetrics()
  const openings = createOpenings(storage.marks, timers, (error) =>
    log.warn({ err: error }, 'openings not stored'),
  )
  const reader = createReader({ revisions, worker })
  const collection = collectRegularly({ storage, reader, timers, log })
  const imports = createImports({ storage, timers, log, attachmentBytes: bounds.attachmentBytes })
  let closing: Promise<void> | null = null
  let isAbandoned = false

  const app = createApp({
    storage,
    updates: damage.log,
    rooms,
    access,
    guests,
    worker,
    reader,
    writer: createContentWriter({
      ...{ log: damage.log, revisions, worker, rooms, timers },
      revisionOf: async (id) => (await storage.documents.get(id))?.revision ?? null,
    }),
    openings,
    search: {
      index: deps.search,
      get isComplete() {
        return indexer.isComplete
      },
    },
    timers,
    log,
    metrics,
    addressOf,
    rates,
    attachmentBytes: bounds.attachmentBytes,
    imports,
    importBytes: bounds.importBytes,
    news,
    people,
    streams,
    allowedHosts,
    dispatcher,
    largestUpdate: Math.max(limits.updateBytes, bounds.stateBytes),
    textLength: bounds.textLength,
    webFolder: deps.webFolder,
    isDraining: () => closing !== null || isAbandoned,
  })
  server.on('error', (error) => log.error({ err: error }, 'the server has trouble with its port'))
  server.on('request', getRequestListener(app.fetch, { errorHandler: notUnderstood }))
  answerBrokenRequests(server)
  limitRequestTime(server, timers)
  const sync = attachSync(server, {
    rooms,
    documents: storage.documents,
    access,
    openings,
    timers,
    log,
    metrics,
    addressOf,
    bounds,
    creates: rates.create,
    openRooms: config.openRooms === true,
  })
  const stopTrashPurge = startTrashPurge({ storage, timers, log }, bounds.trashDays)
  indexer.holdAgainst()
  watchRooms(metrics, {
    stats: () => rooms.stats(),
    connections: () => sync.connections,
    damaged: () => damage.documents,
    unindexed: () => indexer.pending,
    streams: () => streams.open,
  })
  const stopTelling = tellChangesInTime({
    events: storage.events,
    desk,
    timers,
    onFailure: (error) => log.warn({ err: error }, 'changes not told'),
  })

  const stopPurging = purgeAnswers(storage.answers, timers, (error) =>
    log.warn({ err: error }, 'old answers are not dropped'),
  )

  function stopTidying(): void {
    stopPurging()
    stopTrashPurge()
    collection.stop()
  }

  /** Readiness is gone from the first moment on, and answered as gone: a balancer sends nobody here meanwhile. */
  async function drain(): Promise<void> {
    stopTidying()
    await Promise.all([sync.drain(drainSpreadMs), imports.close()])
    const listeningEnds = stopListening(server, timers)
    // Not before: who follows comes back at once, and an answer that says 503 would keep a browser away for good.
    streams.endAll()
    await within(timers, requestsEndMs, listeningEnds).catch(() => server.closeAllConnections())
    await Promise.all([rooms.closeAll(), within(timers, requestsEndMs, dispatcher.stop()).catch(() => {})])
    await openings.close()
  }

  return {
    url: `http://${isLoopback(config.host) ? 'localhost' : inUrl(config.host)}:${port}`,
    port,
    close() {
      closing ??= within(timers, drainMs, drain())
        .catch((error: unknown) => log.error({ err: error }, 'the server did not drain in time'))
        .then(() => {
          stopTelling()
          server.closeAllConnections()
          return within(timers, partsEndMs, Promise.all([indexer.close(), storage.close(), worker.close()]))
        })
        .then(() => {})
      return closing
    },
    async abandon() {
      isAbandoned = true
      stopTelling()
      streams.endAll()
      void dispatcher.stop()
      stopTidying()
      void imports.close()
      await within(timers, abandonMs, sync.drain(abandonMs / 2)).catch(() => {})
      server.closeAllConnections()
    },
  }
}

/** Slow senders hold a connection, not a request; a keep-alive that is longer than a load balancer's meets no race. */
const timeouts = {
  headersTimeout: limits.headersMs,
  requestTimeout: longestRequestMs,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: limits.keepAliveMs,
  maxHeaderSize: limits.headerBytes,
}

const drainSpreadMs = 3_000
const requestsEndMs = 2_000
const drainMs = 8_000
const abandonMs = 1_000
const partsEndMs = 1_500
const idleSweepMs = 50

/** Resolves with the port in the turn in which the first connection may come. */
function listen(server: Server, { host, port }: ServerConfig): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** Resolves when the last request is answered. A connection that is kept alive would otherwise be waited for. */
function stopListening(server: Server, timers: Timers): Promise<void> {
  return new Promise((resolve) => {
    let cancel = () => {}
    const sweep = () => {
      server.closeIdleConnections()
      cancel = timers.after(idleSweepMs, sweep)
    }
    server.close(() => {
      cancel()
      resolve()
    })
    sweep()
  })
}

/** A request without an address that could be looked up. */
function notUnderstood(): Response {
  return problemResponse(
    new Refused('malformed-request', { detail: 'The address or the host is malformed.' }),
  )
}
