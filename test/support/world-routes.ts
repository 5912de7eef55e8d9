/** The API's real routes over a world's rooms and storage, asked without sockets. */
import type { DocumentId } from '@weft/protocol'
import { createAccess } from '@weft/server/access'
import { realTimers } from '@weft/server/clock'
import { createContentWriter } from '@weft/server/content-writer'
import { createReader } from '@weft/server/document-reader'
import { documentRevisions } from '@weft/server/document-revisions'
import { type DocumentWorker, startDocumentWorker } from '@weft/server/documents-in-worker'
import { createApp } from '@weft/server/http/app'
import { createGuests, freshGuestKey } from '@weft/server/identity'
import { openLog } from '@weft/server/log'
import { createMetrics } from '@weft/server/metrics'
import { createOpenings } from '@weft/server/openings'
import { createRates } from '@weft/server/rates'
import { noImports } from './no-imports.ts'
import { nobodyFollowing } from './nobody-following.ts'
import type { World } from './world.ts'

export interface WorldRoutes {
  /** `path`: under `/api/v1/documents/<id>`. */
  ask(
    method: string,
    path: string,
    request?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly etag: string | null
  readonly text: string
  readonly json: unknown
}

/** Closed by whoever started it. */
export function worldWorker(): DocumentWorker {
  return startDocumentWorker({ timers: realTimers })
}

export function worldRoutes(world: World, worker: DocumentWorker, document: DocumentId): WorldRoutes {
  const { storage, rooms, timers, log } = world
  const guests = createGuests(freshGuestKey())
  const revisions = documentRevisions(log, storage.history)
  const app = createApp({
    ...{ storage, rooms, timers, worker, guests },
    access: createAccess({ host: '127.0.0.1', port: 80, origins: [] }, guests),
    reader: createReader({ revisions, worker }),
    writer: createContentWriter({
      ...{ log, revisions, worker, rooms, timers },
      revisionOf: async (id) => (await storage.documents.get(id))?.revision ?? null,
    }),
    openings: createOpenings(storage.marks, timers, (error) => {
      throw error
    }),
    search: { index: noSearch, isComplete: true },
    updates: log,
    imports: noImports,
    ...{ attachmentBytes: 1_000_000, importBytes: 1_000_000 },
    log: openLog('fatal', { write: () => {} }),
    metrics: createMetrics(),
    addressOf: () => '',
    ...nobodyFollowing(),
    rates: createRates({ writesPerMinute: 0, createsPerHour: 0 }),
    largestUpdate: 1_000_000,
    textLength: 1_000_000,
    webFolder: '/nowhere',
    isDraining: () => false,
  })
  return {
    async ask(method, path, { body, headers = {} } = {}) {
      const isText = typeof body === 'string'
      const response = await app.request(`http://127.0.0.1/api/v1/documents/${document}${path}`, {
        method,
        headers: {
          ...(isText || body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return {
        status: response.status,
        etag: response.headers.get('etag'),
        text,
        json: isJson ? JSON.parse(text) : null,
      }
    },
  }
}

/** A world has no threads, and so no index. */
const noSearch = { search: () => Promise.reject(new Error('a world does not search')) }
