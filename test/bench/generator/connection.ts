/**
 * A client on a bare socket: it greets, answers what a provider must answer, and hands on what comes. There is no
 * WebSocket library in between, so the generator costs little and measures no other code than the server's.
 */
import { connect } from 'node:net'
import { type FrameWalker, frameWalker, maskedFrame, opcodes, type ReceivedFrame } from './frames.ts'
import type { Dialect } from './jobs.ts'

export interface Connection {
  /** Upgraded. */
  readonly isOpen: boolean
  /** When all that the client lacked had come; 0 before. Right after the upgrade where nobody answers. */
  readonly syncedAt: number
  /** When the first byte of that came. */
  readonly syncBeganAt: number
  readonly closed: boolean
  /** Of everything received after the upgrade. */
  readonly bytes: number
  readonly frames: number
  readonly presenceBytes: number
  /** The server compresses, and has sent this client a compressed frame. */
  readonly compressed: boolean
  /** Updates and step 2 sent so far: what receipts count. */
  readonly syncMessages: number
  write(frame: Buffer): void
  /** Writes an edit: a sync message, which receipts count. */
  writeEdit(frame: Buffer): void
  pauseReading(): void
  end(): void
}

export interface ConnectionOptions {
  readonly port: number
  readonly dialect: Dialect
  readonly room: string
  /** Behind the room's address. */
  readonly query?: string
  readonly deflate?: boolean
  /** `null`: an empty document. */
  readonly stateVector?: Uint8Array | null
  /** The presence message with which one joins. */
  readonly hello?: Buffer | null
  /** Bytes as they come after the upgrade. They are used again after the call. */
  readonly onBytes?: (chunk: Buffer, at: number) => void
  readonly onReceipt?: (messages: number, at: number) => void
}

/** All sockets read into this one: the event loop reads one at a time, and nothing is kept. */
const inbox = Buffer.allocUnsafe(256 * 1024)

const emptyStateVector = Uint8Array.of(0)
const emptyStep2 = Uint8Array.of(0, 1, 2, 0, 0)
/** Beyond the name of the room: types and numbers. */
const headLength = 24

export function openConnection(options: ConnectionOptions): Connection {
  const { port, dialect, room } = options
  const prefix = messagePrefix(dialect, room)
  const state = {
    isOpen: false,
    syncedAt: 0,
    syncBeganAt: 0,
    closed: false,
    bytes: 0,
    frames: 0,
    presenceBytes: 0,
    compressed: false,
    syncMessages: 0,
  }
  let answer = ''

  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: inbox,
      callback: (count) => {
        receive(inbox.subarray(0, count), performance.now())
        return true
      },
    },
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    state.closed = true
  })
  socket.write(upgradeRequest(port, `${dialect.path}${room}${options.query ?? ''}`, options.deflate ?? false))

  const say = (message: Uint8Array) => {
    socket.write(maskedFrame(opcodes.binary, Buffer.concat([prefix, message])))
  }
  const greet = () => {
    if (dialect.kind === 'hocuspocus') say(hocuspocusToken)
    if (dialect.kind !== 'relay') {
      const vector = options.stateVector ?? emptyStateVector
      say(Buffer.concat([Uint8Array.of(0, 0), varUint(vector.length), vector]))
    }
    if (options.hello) socket.write(options.hello)
  }
  const receive = (chunk: Buffer, at: number) => {
    if (state.isOpen) {
      take(chunk, at)
      return
    }
    answer += chunk.toString('latin1')
    const end = answer.indexOf('\r\n\r\n')
    if (end === -1) return
    if (!answer.startsWith('HTTP/1.1 101 ')) throw new Error(`the server answered ${answer.slice(0, 300)}`)
    state.isOpen = true
    if (dialect.kind === 'relay') state.syncedAt = at
    greet()
    const rest = Buffer.from(answer.slice(end + 4), 'latin1')
    if (rest.length > 0) take(rest, at)
  }
  const take = (chunk: Buffer, at: number) => {
    state.bytes += chunk.length
    walker.walk(chunk, at)
    options.onBytes?.(chunk, at)
  }
  const onFrame = (frame: ReceivedFrame) => {
    if (frame.opcode === opcodes.ping) {
      socket.write(maskedFrame(opcodes.pong, frame.head.subarray(0, frame.length)))
      return
    }
    if (frame.opcode !== opcodes.binary) return
    state.frames += 1
    if (frame.compressed) {
      // Only what is large is worth it: the document.
      state.compressed = true
      synced(frame)
      return
    }
    const type = frame.head[prefix.length]
    if (type === 0) onSync(frame)
    else if (type === 1) state.presenceBytes += frame.length
    else if (type === 100) options.onReceipt?.(readVarUint(frame.head, 1), performance.now())
  }
  const onSync = (frame: ReceivedFrame) => {
    const type = frame.head[prefix.length + 1]
    if (type === 1) synced(frame)
    if (type !== 0) return
    state.syncMessages += 1
    say(emptyStep2)
  }
  const synced = (frame: ReceivedFrame) => {
    if (state.syncedAt !== 0) return
    state.syncedAt = performance.now()
    state.syncBeganAt = frame.beganAt
  }
  const walker: FrameWalker = frameWalker(prefix.length + headLength, onFrame)

  return Object.assign(state, {
    write: (frame: Buffer) => {
      socket.write(frame)
    },
    writeEdit: (frame: Buffer) => {
      state.syncMessages += 1
      socket.write(frame)
    },
    pauseReading: () => {
      socket.pause()
    },
    end: () => {
      socket.destroy()
    },
  })
}

/** What stands before every message. */
export function messagePrefix(dialect: Dialect, room: string): Buffer {
  return dialect.kind === 'hocuspocus'
    ? Buffer.concat([varUint(room.length), Buffer.from(room)])
    : Buffer.alloc(0)
}

/** Type auth, subtype token, any token, version of the provider. */
const hocuspocusToken = Buffer.from('\x02\x00\x01t\x054.0.0', 'latin1')

function upgradeRequest(port: number, path: string, deflate: boolean): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...(deflate ? ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'] : []),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function varUint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest & 127) | 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}

function readVarUint(bytes: Uint8Array, from: number): number {
  let value = 0
  let factor = 1
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 127) * factor
    if (byte < 128) break
    factor *= 128
  }
  return value
}
