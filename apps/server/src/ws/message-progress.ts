/**
 * Follows where messages begin and end in the bytes of one client. ws tells of complete messages only; one that
 * is never completed holds memory, and only this shows how much and whether it grows.
 */
export interface MessageProgress {
  /** Bytes that came since the unfinished message began, whatever was between them. 0: nothing is unfinished. */
  readonly unfinished: number
  /** Messages and control frames begun so far: the same number later means the same message. */
  readonly begun: number
  /** What the network brought, in order. Keeps none of it. */
  feed(chunk: Uint8Array): void
}

export function messageProgress(): MessageProgress {
  const header = new Uint8Array(14)
  let headerHas = 0
  let headerNeeds = 2
  /** Bytes of the frame's payload still to come. */
  let payload = 0
  let isFragmented = false
  let received = 0
  let start = 0
  let begun = 0

  const isIdle = () => headerHas === 0 && payload === 0 && !isFragmented

  const readHeader = () => {
    const length = (header[1] ?? 0) & 0x7f
    const mask = ((header[1] ?? 0) & 0x80) === 0 ? 0 : 4
    headerNeeds = 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + mask
    if (headerHas < headerNeeds) return
    payload = length < 126 ? length : bigEndian(header, 2, length === 126 ? 4 : 10)
    const isControl = ((header[0] ?? 0) & 0x08) !== 0
    const isLast = ((header[0] ?? 0) & 0x80) !== 0
    if (!isControl) isFragmented = !isLast
    headerHas = 0
    headerNeeds = 2
  }

  return {
    get unfinished() {
      return isIdle() ? 0 : received - start
    },
    get begun() {
      return begun
    },
    feed(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (isIdle()) {
          start = received + at
          begun += 1
        }
        if (payload > 0) {
          const taken = Math.min(payload, chunk.length - at)
          payload -= taken
          at += taken
          continue
        }
        header[headerHas] = chunk[at] ?? 0
        headerHas += 1
        at += 1
        if (headerHas >= headerNeeds) readHeader()
      }
      received += chunk.length
    },
  }
}

function bigEndian(bytes: Uint8Array, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) value = value * 256 + (bytes[at] ?? 0)
  return value
}
