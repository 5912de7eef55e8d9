/** A program that uses Weft as its sync server through an unmodified y-websocket, as anybody's would. */

import WebSocket from 'ws'
import * as current from 'y-websocket'
import * as former from 'y-websocket-3.0.0'
import * as Y from 'yjs'
import { until } from './until.ts'

export const stockVersions = ['3.0.0', '3.1.0'] as const
type StockVersion = (typeof stockVersions)[number]

export interface StockClient {
  readonly version: StockVersion
  readonly doc: Y.Doc
  readonly text: Y.Text
  readonly provider: current.WebsocketProvider
  /** Connections begun so far, successful or not. */
  readonly attempts: number
  /** Codes of the closes so far. */
  readonly closes: readonly number[]
  readonly isConnected: boolean
  /** Names of all that it sees, its own included, sorted. */
  readonly seen: readonly string[]
  /** Its update messages that came back so far: a stock client's receipt. */
  readonly echoes: number
  synced(): Promise<void>
  leave(): void
}

export interface StockClientOptions {
  readonly version?: StockVersion
  readonly doc?: Y.Doc
  /** Shown to others; without it the client has no presence but y-protocols' empty state. */
  readonly name?: string
  readonly params?: Record<string, string>
  readonly connect?: boolean
  readonly maxBackoffTime?: number
}

export function stockClient(port: number, document: string, options: StockClientOptions = {}): StockClient {
  const version = options.version ?? '3.1.0'
  const doc = options.doc ?? new Y.Doc()
  const closes: number[] = []
  let attempts = 0
  let echoes = 0

  class CountedWebSocket extends WebSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      attempts += 1
      this.on('close', (code) => closes.push(code))
      this.on('message', (data) => {
        if (!(data instanceof ArrayBuffer)) throw new TypeError('the provider asks for array buffers')
        const [type, syncType] = new Uint8Array(data)
        if (type === 0 && syncType === 2) echoes += 1
      })
    }
  }

  const Provider = version === '3.0.0' ? former.WebsocketProvider : current.WebsocketProvider
  const provider = new Provider(`ws://127.0.0.1:${port}/sync`, document, doc, {
    WebSocketPolyfill: CountedWebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
    connect: options.connect ?? true,
    params: options.params ?? {},
    maxBackoffTime: options.maxBackoffTime ?? 200,
  }) as unknown as current.WebsocketProvider
  if (options.name !== undefined) provider.awareness.setLocalStateField('user', { name: options.name })

  return {
    version,
    doc,
    text: doc.getText('content'),
    provider,
    get attempts() {
      return attempts
    },
    closes,
    get isConnected() {
      return provider.wsconnected
    },
    get seen() {
      return [...provider.awareness.getStates().values()].map((state) => `${state.user?.name}`).sort()
    },
    get echoes() {
      return echoes
    },
    async synced() {
      await until(() => provider.synced, { what: `a ${version} client is synced` })
    },
    leave() {
      provider.destroy()
      provider.awareness.destroy()
      doc.destroy()
    },
  }
}

/** All replicas hold the same: text, clocks, deletes, and nothing waits for a predecessor. */
export function areSame(clients: readonly { readonly doc: Y.Doc }[]): boolean {
  const [first, ...others] = clients.map(({ doc }) => Buffer.from(Y.encodeStateAsUpdate(doc)))
  const nothingWaits = clients.every(
    ({ doc }) => doc.store.pendingStructs === null && doc.store.pendingDs === null,
  )
  return nothingWaits && first !== undefined && others.every((other) => other.equals(first))
}
