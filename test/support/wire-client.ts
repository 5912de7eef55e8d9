/**
 * The smallest client of the wire: one connection, no reconnecting, everything visible. `manual` ones say nothing
 * by themselves; others keep their Y.Doc in step as any client does.
 */
import { decode, encode, type WireMessage } from '@weft/protocol'
import WebSocket from 'ws'
import * as Y from 'yjs'
import { until } from './until.ts'

type OfType<Type extends WireMessage['type']> = Extract<WireMessage, { readonly type: Type }>

export interface WireClient {
  readonly doc: Y.Doc
  readonly text: Y.Text
  /** All messages so far, in order. Each frame held exactly one. */
  readonly received: readonly WireMessage[]
  /** Sync messages (step 2 and update) sent so far: what receipts count. */
  readonly sent: number
  /** How many of them are durable, by the last receipt. */
  readonly receipted: number
  readonly isOpen: boolean
  readonly closed: { readonly code: number; readonly reason: string } | null
  send(message: WireMessage): void
  sendBytes(bytes: Uint8Array): void
  all<Type extends WireMessage['type']>(type: Type): readonly OfType<Type>[]
  opened(): Promise<void>
  /** Resolves with the close code. */
  closeCode(withinMs?: number): Promise<number>
  close(): void
  terminate(): void
}

export interface WireClientOptions {
  readonly manual?: boolean
  readonly query?: string
  readonly doc?: Y.Doc
  readonly headers?: Record<string, string>
  /** Runs in the turn in which the message came. */
  readonly onMessage?: (message: WireMessage) => void
}

export function wireClient(port: number, document: string, options: WireClientOptions = {}): WireClient {
  const doc = options.doc ?? new Y.Doc()
  const received: WireMessage[] = []
  let sent = 0
  let receipted = 0
  let closed: { code: number; reason: string } | null = null
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sync/${document}${options.query ?? ''}`, {
    perMessageDeflate: false,
    headers: options.headers ?? {},
  })

  const send = (message: WireMessage) => {
    if (message.type === 'sync-step-2' || message.type === 'update') sent += 1
    socket.send(encode(message))
  }
  const react = (message: WireMessage) => {
    if (message.type === 'receipt') receipted = message.messages
    if (options.manual === true) return
    if (message.type === 'sync-step-1') {
      send({ type: 'sync-step-2', update: Y.encodeStateAsUpdate(doc, message.stateVector) })
    }
    if (message.type === 'sync-step-2' || message.type === 'update')
      Y.applyUpdate(doc, message.update, socket)
  }
  const onUpdate = (update: Uint8Array, origin: unknown) => {
    if (origin !== socket && socket.readyState === WebSocket.OPEN) send({ type: 'update', update })
  }

  socket.binaryType = 'nodebuffer'
  socket.on('error', () => {})
  socket.on('open', () => {
    if (options.manual === true) return
    send({ type: 'sync-step-1', stateVector: Y.encodeStateVector(doc) })
    doc.on('update', onUpdate)
  })
  socket.on('message', (data) => {
    if (!Buffer.isBuffer(data)) throw new TypeError('not a buffer')
    const message = decode(Uint8Array.from(data))
    received.push(message)
    react(message)
    options.onMessage?.(message)
  })
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.toString() }
    doc.off('update', onUpdate)
  })

  return {
    doc,
    text: doc.getText('content'),
    received,
    get sent() {
      return sent
    },
    get receipted() {
      return receipted
    },
    get isOpen() {
      return socket.readyState === WebSocket.OPEN
    },
    get closed() {
      return closed
    },
    send,
    sendBytes: (bytes) => socket.send(bytes),
    all: <Type extends WireMessage['type']>(type: Type) =>
      received.filter((message): message is OfType<Type> => message.type === type),
    async opened() {
      await until(() => socket.readyState !== WebSocket.CONNECTING, { what: 'the connection is open' })
    },
    async closeCode(withinMs = 10_000) {
      return (await until(() => closed, { withinMs, what: 'the server closes' })).code
    },
    close: () => socket.close(),
    terminate: () => socket.terminate(),
  }
}

/** An update that one client makes alone, from an empty document. */
export function updateOf(clientId: number, content: string, root = 'content'): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = clientId
  doc.getText(root).insert(0, content)
  return Y.encodeStateAsUpdate(doc)
}
