/** From HTTP to WebSocket, by ws, with the bounds of the role that the client has. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { limits } from '@weft/protocol'
import { type PerMessageDeflateOptions, type ServerOptions, type WebSocket, WebSocketServer } from 'ws'

export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What came behind the request. */
  readonly head: Buffer
}

/** Runs `begin` with the WebSocket, before anything is read from it. What is no proper handshake ws answers with 400. */
export type Accept = (
  handshake: Handshake,
  access: 'read' | 'write',
  begin: (webSocket: WebSocket) => void,
) => void

const extensions = 'sec-websocket-extensions'

/** `largest`: bytes of a message of those who may write. */
export function handshakes(largest: number): Accept {
  // Two of them, because ws takes the largest message from its server.
  const servers = {
    read: webSocketServer(limits.viewerFrameBytes),
    write: webSocketServer(largest),
  }
  return ({ request, socket, head }, access, begin) => {
    // One who can look back less far would need a compression of its own.
    if (request.headers[extensions]?.includes('server_max_window_bits') === true)
      delete request.headers[extensions]
    servers[access].handleUpgrade(request, socket, head, (webSocket) => begin(webSocket))
  }
}

/**
 * ws inflates what clients compress, up to the largest message, and compresses nothing itself: a frame that goes to
 * many is compressed once, so none may depend on what one client got before it.
 */
const perMessageDeflate: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  // A client that need not keep what it sent before leaves alone what does not get smaller.
  clientNoContextTakeover: true,
}

function webSocketServer(maxPayload: number): WebSocketServer {
  const options: ServerOptions & { readonly maxFragments: number; readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate,
    maxPayload,
    maxFragments: limits.messageFragments,
    maxBufferedChunks: limits.messageChunks,
    closeTimeout: limits.closeTimeoutMs,
  }
  return new WebSocketServer(options)
}
