/** WebSocket frames as a client writes them, and as it takes those of a server apart without keeping them. */
export const opcodes = { binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Any mask is as good as another; a fixed one lets frames be made before the clock runs. */
const mask = [0x12, 0x9f, 0x43, 0xd7] as const

export function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload
  const header = length < 126 ? 6 : length < 65_536 ? 8 : 14
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (header === 6 ? length : header === 8 ? 126 : 127)
  if (header === 8) frame.writeUInt16BE(length, 2)
  if (header === 14) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(mask, header - 4)
  for (let index = 0; index < length; index++) {
    frame[header + index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0)
  }
  return frame
}

export interface ReceivedFrame {
  readonly opcode: number
  /** By permessage-deflate. */
  readonly compressed: boolean
  /** The first bytes of the payload. Valid during the call. */
  readonly head: Uint8Array
  /** Of the payload. */
  readonly length: number
  /** When its first byte was read. */
  readonly beganAt: number
}

export interface FrameWalker {
  walk(chunk: Uint8Array, at: number): void
}

/** Calls `onFrame` when a frame is complete. `headLength`: how many bytes of each payload it wants to see. */
export function frameWalker(headLength: number, onFrame: (frame: ReceivedFrame) => void): FrameWalker {
  const header = new Uint8Array(10)
  let headerBytes = 0
  let headerNeeded = 2
  const head = new Uint8Array(headLength)
  let headBytes = 0
  let left = 0
  const frame = { opcode: 0, compressed: false, head, length: 0, beganAt: 0 }

  const readHeader = () => {
    const first = header[0] ?? 0
    frame.opcode = first & 15
    frame.compressed = (first & 0x40) !== 0
    const short = (header[1] ?? 0) & 127
    let length = short
    if (short > 125) {
      length = 0
      for (let index = 2; index < headerNeeded; index++) length = length * 256 + (header[index] ?? 0)
    }
    frame.length = length
    left = length
    headBytes = 0
    headerBytes = 0
    headerNeeded = 2
  }

  return {
    walk(chunk, at) {
      const end = chunk.length
      let position = 0
      while (position < end) {
        if (left === 0) {
          if (headerBytes === 0) frame.beganAt = at
          header[headerBytes++] = chunk[position++] ?? 0
          if (headerBytes === 2) {
            const short = (header[1] ?? 0) & 127
            headerNeeded = short < 126 ? 2 : short === 126 ? 4 : 10
          }
          if (headerBytes < headerNeeded) continue
          readHeader()
          if (left === 0) onFrame(frame)
          continue
        }
        const there = Math.min(left, end - position)
        const wanted = Math.min(headLength - headBytes, there)
        for (let index = 0; index < wanted; index++) head[headBytes++] = chunk[position + index] ?? 0
        position += there
        left -= there
        if (left === 0) onFrame(frame)
      }
    },
  }
}
