/** A WebSocket client that may do everything wrong: its bytes are made by hand. */
import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { until } from './until.ts'

/** First byte of a frame: FIN and RSV bits and the opcode. */
export const opcodes = { text: 0x81, binary: 0x82, close: 0x88, ping: 0x89, pong: 0x8a } as const

/** A frame as a client must send it: masked. */
export function clientFrame(first: number, payload: Uint8Array, mask = randomBytes(4)): Buffer {
  const { length } = payload
  const size = length < 126 ? Buffer.alloc(0) : length < 65_536 ? Buffer.alloc(2) : Buffer.alloc(8)
  if (size.length === 2) size.writeUInt16BE(length)
  if (size.length === 8) size.writeBigUInt64BE(BigInt(length))
  const second = 0x80 | (size.length === 0 ? length : size.length === 2 ? 126 : 127)
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0)))
  return Buffer.concat([Buffer.of(first, second), size, mask, masked])
}

export interface RawSocket {
  readonly socket: Socket
  /** The answer to the upgrade: its status and what came with it. */
  readonly status: number
  readonly head: string
  /** What follows an answer that is no upgrade. */
  readonly body: string
  /** Payloads of the data frames so far, in order. A reader may take them out. */
  readonly messages: Uint8Array[]
  /** Other frames so far, by opcode. */
  readonly controls: readonly { readonly opcode: number; readonly payload: Uint8Array }[]
  readonly ended: boolean
  write(bytes: Uint8Array | string): void
  /** Answers the server's close and goes. */
  destroy(): void
  /** Code of the server's close frame; `null` if the connection ended without one. */
  closeCode(withinMs?: number): Promise<number | null>
}

export interface RawOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Stop reading at once, so that what the server sends stays in the network. */
  readonly deaf?: boolean
}

/** Opens a connection and sends `bytes`; nothing else. */
export async function rawConnection(port: number, bytes: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.write(bytes)
  return socket
}

export function upgradeRequest(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): { readonly text: string; readonly accept: string } {
  const key = randomBytes(16).toString('base64')
  const all: Record<string, string> = {
    Host: `127.0.0.1:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return { text: `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, accept }
}

/** Upgrades and resolves with the answer, whatever it is. */
export async function rawSocket(port: number, path: string, options: RawOptions = {}): Promise<RawSocket> {
  const { text, accept } = upgradeRequest(port, path, options.headers)
  const socket = await rawConnection(port, text)
  const frames = frameReader()
  let head: string | null = null
  let early: Buffer = Buffer.alloc(0)
  let body = ''
  const readOn = (chunk: Buffer) => {
    if (head?.startsWith('HTTP/1.1 101 ') === true) frames.feed(chunk)
    else body += chunk.toString()
  }
  let ended = false
  socket.on('close', () => {
    ended = true
  })
  socket.on('data', (chunk: Buffer) => {
    if (head !== null) return readOn(chunk)
    early = Buffer.concat([early, chunk])
    const end = early.indexOf('\r\n\r\n')
    if (end === -1) return
    head = early.subarray(0, end).toString('latin1')
    readOn(early.subarray(end + 4))
    if (options.deaf === true) socket.pause()
  })
  await until(() => head !== null || ended, { what: 'the upgrade is answered' })
  const answer = head ?? ''
  const status = Number(answer.split(' ', 2)[1] ?? 0)
  if (status === 101 && !answer.includes(accept)) throw new Error('wrong Sec-WebSocket-Accept')
  return {
    socket,
    status,
    get head() {
      return answer
    },
    get body() {
      return body
    },
    messages: frames.messages,
    controls: frames.controls,
    get ended() {
      return ended
    },
    write: (bytes) => {
      if (!socket.destroyed) socket.write(bytes)
    },
    destroy: () => {
      socket.destroy()
    },
    async closeCode(withinMs = 10_000) {
      const close = () => frames.controls.find(({ opcode }) => opcode === 8)
      await until(() => close() !== undefined || ended, { withinMs, what: 'the server closes' })
      const payload = close()?.payload
      if (payload === undefined) return null
      if (!ended) socket.end(clientFrame(opcodes.close, payload))
      return payload.length < 2 ? 1005 : Buffer.from(payload).readUInt16BE(0)
    },
  }
}

/** Takes the frames of a server apart. Anything it may not send throws. */
function frameReader() {
  const messages: Uint8Array[] = []
  const controls: { opcode: number; payload: Uint8Array }[] = []
  let rest: Buffer = Buffer.alloc(0)
  const next = (): boolean => {
    if (rest.length < 2) return false
    const [first = 0, second = 0] = rest
    if ((second & 0x80) !== 0) throw new Error('a server must not mask')
    const short = second & 0x7f
    const headerLength = short < 126 ? 2 : short === 126 ? 4 : 10
    if (rest.length < headerLength) return false
    const length =
      short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
    if (rest.length < headerLength + length) return false
    const payload = Uint8Array.from(rest.subarray(headerLength, headerLength + length))
    rest = rest.subarray(headerLength + length)
    if ((first & 0x08) !== 0) controls.push({ opcode: first & 0x0f, payload })
    else if (first === opcodes.binary) messages.push(payload)
    else throw new Error(`the server sent a frame that begins with ${first}`)
    return true
  }
  return {
    messages,
    controls,
    feed(chunk: Buffer) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      while (next()) {
        // all that is whole
      }
    },
  }
}
