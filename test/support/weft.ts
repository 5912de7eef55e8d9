/** A whole Weft server in this process, on a free port, with SQLite in a folder of its own. */
import type { BlockList } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { DocumentResource } from '@weft/protocol'
import { type ServerDeps, startServer } from '@weft/server'
import { parseNetworks } from '@weft/server/addresses'
import type { Bounds } from '@weft/server/bounds'
import { localBus } from '@weft/server/bus/local'
import { realTimers } from '@weft/server/clock'
import { startDocumentWorker } from '@weft/server/documents-in-worker'
import { freshGuestKey } from '@weft/server/identity'
import { openLog } from '@weft/server/log'
import { openSearch } from '@weft/server/search/sqlite-search'
import { settings } from '@weft/server/settings'
import { openMemory } from '@weft/server/storage/memory'
import { openSqlite } from '@weft/server/storage/sqlite'
import type { Quotas, Storage } from '@weft/server/storage/storage'
import { nothingAllowed } from '@weft/server/webhooks/address-guard'
import { temporaryFolder } from './temporary-folder.ts'

export interface Weft extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly storage: Storage
  /** Every line that was logged. */
  readonly logged: readonly string[]
  /** Under `/api/v1`; a body that is no string or bytes goes as JSON. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>
  /** Makes a document, which must succeed. */
  create(draft?: Readonly<Record<string, unknown>>): Promise<DocumentResource>
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

export interface WeftOptions {
  readonly host?: string
  readonly origins?: readonly string[]
  readonly openRooms?: boolean
  readonly trustedProxies?: readonly string[]
  readonly bounds?: Partial<Bounds>
  readonly quotas?: Quotas
  readonly webFolder?: string
  /** Holds what was there before, and is left there. Otherwise it has one of its own. */
  readonly folder?: string
  /** Keeps nothing on disk. */
  readonly forgets?: boolean
  /** Stands between the server and its storage. */
  readonly storage?: (storage: Storage) => Storage
  /** As an operator sets it. */
  readonly webhookAllow?: string
  /** How names are looked up for webhooks. */
  readonly resolve?: ServerDeps['resolve']
}

/** Nothing is built here. */
const noWebApp = fileURLToPath(new URL('./no-web-app', import.meta.url))

export async function weft(options: WeftOptions = {}): Promise<Weft> {
  const folder = await temporaryFolder()
  const logged: string[] = []
  const real =
    options.forgets === true
      ? openMemory()
      : await openSqlite({
          folder: options.folder ?? folder.path,
          timers: realTimers,
          ...(options.quotas !== undefined && { quotas: options.quotas }),
        })
  const storage = options.storage?.(real) ?? real
  const server = await startServer(
    {
      storage,
      search: await openSearch(':memory:'),
      worker: startDocumentWorker({ timers: realTimers }),
      bus: localBus(),
      timers: realTimers,
      log: openLog('trace', { write: (line) => logged.push(line) }),
      guestKey: freshGuestKey(),
      webFolder: options.webFolder ?? noWebApp,
      ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
    },
    {
      host: options.host ?? '127.0.0.1',
      port: 0,
      origins: options.origins ?? [],
      openRooms: options.openRooms ?? false,
      webhookAllow: settings.webhookAllow.parse(options.webhookAllow ?? '') ?? nothingAllowed,
      trustedProxies: networks(options.trustedProxies ?? []),
      bounds: options.bounds ?? {},
    },
  )
  const url = `http://127.0.0.1:${server.port}`

  const ask: Weft['ask'] = async (method, path, body, headers = {}) => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : null,
    }
  }

  const close = async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  }

  return {
    url,
    port: server.port,
    storage,
    logged,
    ask,
    async create(draft = {}) {
      const { status, json, text } = await ask('POST', '/documents', draft)
      if (status !== 201) throw new Error(`not created: ${text}`)
      return json as DocumentResource
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function networks(texts: readonly string[]): BlockList {
  const parsed = parseNetworks(texts)
  if (parsed === null) throw new RangeError(`no networks: ${texts}`)
  return parsed
}
