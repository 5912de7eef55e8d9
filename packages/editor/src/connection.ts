/**
 * One document's connection: y-websocket's provider, with the parts replaced that a truthful editor needs.
 *
 * - What goes out is counted at the socket itself, so a receipt's number means the same on both sides.
 * - When to come back is decided here: with jitter, quickly after a restart of the server, at once when the network
 *   returns, never after a final close.
 * - The provider would pass other people's presence back up; here only our own goes out (see presence.ts).
 */
import { type CloseReason, closeCodes, decode, isFinalClose, messageTypes, syncTypes } from '@weft/protocol'
import { WebsocketProvider } from 'y-websocket'
import type * as Y from 'yjs'
import { cell, type Observable } from './observable.ts'
import type { Presence } from './presence.ts'
import { reconnectDelay } from './reconnect-delay.ts'
import type { SaveEvent } from './save-state.ts'
import type { Timers } from './timers.ts'

export type ConnectionState =
  /** For the first time. */
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** Also while it tries to come back. `restarting`: the server said that it would be back in a moment. */
  | { readonly state: 'offline'; readonly since: number; readonly restarting: boolean }
  | { readonly state: 'refused'; readonly reason: CloseReason }

export interface Connection {
  readonly state: Observable<ConnectionState>
  /** Updates with this origin came from the server. */
  readonly origin: unknown
  connect(): void
  /** One whole message of ours; dropped when there is no connection. */
  send(frame: Uint8Array<ArrayBuffer>): void
  close(): void
}

export interface ConnectionOptions {
  readonly ydoc: Y.Doc
  readonly presence: Presence
  readonly syncUrl: string
  readonly document: string
  readonly lineage: string
  readonly timers: Timers
  readonly onEvent: (event: ConnectionEvent) => void
}

export type ConnectionEvent = Extract<
  SaveEvent,
  { type: 'opened' | 'synced' | 'sent' | 'receipt' | 'not-saved' | 'lost' | 'refused' }
>

/** A browser waits minutes for a server that does not answer. */
const patienceMs = 10_000
/** A server that takes longer to restart is not there. */
const restartMs = 60_000

export function openConnection(options: ConnectionOptions): Connection {
  const { ydoc, presence, timers, onEvent } = options
  const state = cell<ConnectionState>({ state: 'connecting' })
  let attempts = 0
  let cancelRetry: (() => void) | null = null
  let cancelPatience = () => {}
  /** The server asked for our edits on this connection: it takes them. */
  let asked = false

  const provider = new WebsocketProvider(options.syncUrl, options.document, ydoc, {
    connect: false,
    disableBc: true,
    awareness: presence.awareness,
    params: { receipts: '1', lineage: options.lineage },
    WebSocketPolyfill: countingSocket((message) => onEvent({ type: 'sent', message })),
  })
  presence.awareness.off('update', provider._awarenessUpdateHandler)

  const handle = (type: number, handler: (frame: Uint8Array) => void) => {
    provider.messageHandlers[type] = (_encoder, { arr }) => handler(arr)
  }
  const readSync = provider.messageHandlers[messageTypes.sync]
  provider.messageHandlers[messageTypes.sync] = (encoder, decoder, ...rest) => {
    if (decoder.arr[decoder.pos] === syncTypes.step1) asked = true
    readSync?.(encoder, decoder, ...rest)
  }
  handle(messageTypes.presence, (frame) => {
    const message = decode(frame)
    if (message.type === 'presence') presence.receive(message.states)
  })
  handle(messageTypes.receipt, (frame) => {
    const message = decode(frame)
    if (message.type === 'receipt') onEvent(message)
  })
  handle(messageTypes.notSaved, (frame) => {
    const message = decode(frame)
    if (message.type === 'not-saved') onEvent(message)
  })

  provider.on('status', ({ status }) => {
    if (status === 'connecting') {
      asked = false
      presence.renew()
      cancelPatience = timers.after(patienceMs, () => provider.disconnect())
    } else if (status === 'connected') {
      cancelPatience()
      state.set({ state: 'connected' })
      onEvent({ type: 'opened' })
    }
  })
  provider.on('sync', (synced) => {
    if (!synced) return
    attempts = 0
    onEvent({ type: 'synced', writer: asked })
  })
  const onClose = (event: CloseEvent | null) => {
    // The provider's own way back has no jitter.
    provider.shouldConnect = false
    cancelPatience()
    presence.clear()
    if (event !== null && isFinalClose(event.code)) {
      const reason = closeReason(event.code)
      state.set({ state: 'refused', reason })
      onEvent({ type: 'refused', reason })
      return
    }
    const sentAway = event?.code === closeCodes.restarting
    const before = state.get()
    const now = timers.now()
    state.set(
      before.state === 'offline'
        ? { ...before, restarting: sentAway || (before.restarting && now - before.since < restartMs) }
        : { state: 'offline', since: now, restarting: sentAway },
    )
    onEvent({ type: 'lost' })
    cancelRetry?.()
    cancelRetry = timers.after(reconnectDelay(attempts, sentAway, timers.random), connect)
    attempts += 1
  }
  provider.on('connection-close', onClose)

  const connect = () => {
    cancelRetry?.()
    cancelRetry = null
    provider.connect()
  }
  /** The network or the person is back: no reason to wait longer. */
  const hurry = () => {
    if (state.get().state !== 'offline' || provider.wsconnected) return
    // An attempt under way may have begun in the old network, where nobody answers.
    if (provider.ws !== null) provider.disconnect()
    cancelRetry?.()
    cancelRetry = timers.after(timers.random() * 300, connect)
  }
  const onVisible = () => {
    if (document.visibilityState === 'visible') hurry()
  }
  // A dead network does not end a socket for minutes; the browser knows at once. When it is wrong, as with a server
  // on this machine, the next attempt succeeds.
  const onOffline = () => {
    if (provider.ws !== null) provider.disconnect()
  }
  const page = typeof window === 'undefined' ? null : window
  page?.addEventListener('online', hurry)
  page?.addEventListener('offline', onOffline)
  page?.document.addEventListener('visibilitychange', onVisible)

  return {
    state,
    origin: provider,
    connect,
    send(frame) {
      if (provider.wsconnected && provider.ws?.readyState === WebSocket.OPEN) provider.ws.send(frame)
    },
    close() {
      page?.removeEventListener('online', hurry)
      page?.removeEventListener('offline', onOffline)
      page?.document.removeEventListener('visibilitychange', onVisible)
      cancelRetry?.()
      cancelPatience()
      provider.off('connection-close', onClose)
      provider.destroy()
    },
  }
}

/** A WebSocket that tells which sync messages left through it. */
function countingSocket(onSent: (message: 'answer' | 'update') => void): typeof WebSocket {
  return class extends WebSocket {
    override send(data: string | BufferSource | Blob): void {
      super.send(data)
      if (!(data instanceof Uint8Array) || data[0] !== messageTypes.sync) return
      if (data[1] === syncTypes.step2) onSent('answer')
      else if (data[1] === syncTypes.update) onSent('update')
    }
  }
}

/** Of a final code; one that this page does not know ends access all the same. */
function closeReason(code: number): CloseReason {
  const reasons = Object.keys(closeCodes) as CloseReason[]
  return reasons.find((reason) => closeCodes[reason] === code) ?? 'forbidden'
}
