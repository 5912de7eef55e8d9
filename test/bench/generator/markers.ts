/**
 * Every edit of the benchmark types eight characters that say whose edit it is and the how manieth: `~E` and two
 * numbers in base 36. They are found again in the bytes that a server sends, however it frames, merges or batches
 * them, so all servers are counted alike.
 */
const markerLength = 8
const digits = 3
/** Authors, and edits of one author, that a marker can name. */
const markerRange = 36 ** digits

const tilde = 0x7e
const letter = 0x45

export function marker(author: number, edit: number): string {
  if (author >= markerRange || edit >= markerRange) throw new RangeError('more than a marker can name')
  return `~E${base36(author)}${base36(edit)}`
}

export interface MarkerScanner {
  /** The next bytes of the stream. They may be used again after the call. */
  scan(chunk: Buffer): void
}

/** Finds every marker once, also those that are cut by the end of a chunk. */
export function markerScanner(found: (author: number, edit: number) => void): MarkerScanner {
  /** The end of the last chunk, where a marker may have begun, and then the beginning of the next one. */
  const seam = Buffer.alloc(2 * (markerLength - 1))
  let carried = 0

  /** Looks for markers that begin before `limit`. Returns where one begins that is not whole yet, or -1. */
  const walk = (bytes: Buffer, length: number, limit: number): number => {
    let at = bytes.indexOf(tilde)
    while (at !== -1 && at < limit) {
      if (length - at < markerLength) return at
      let next = at + 1
      if (bytes[next] === letter) {
        const author = number36(bytes, at + 2)
        const edit = number36(bytes, at + 2 + digits)
        if (author >= 0 && edit >= 0) {
          found(author, edit)
          next = at + markerLength
        }
      }
      at = bytes.indexOf(tilde, next)
    }
    return -1
  }

  return {
    scan(chunk) {
      if (carried > 0) {
        const taken = chunk.copy(seam, carried, 0, markerLength - 1)
        const length = carried + taken
        const cut = walk(seam.subarray(0, length), length, carried)
        carried = 0
        if (cut !== -1) {
          // The chunk is so short that even with it the marker is not whole.
          carried = seam.copy(seam, 0, cut, length)
          return
        }
      }
      const cut = walk(chunk, chunk.length, chunk.length)
      if (cut !== -1) carried = chunk.copy(seam, 0, cut)
    },
  }
}

const values = Int8Array.from({ length: 256 }, (_, code) =>
  code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x7a ? code - 0x61 + 10 : -1,
)

/** -1 if these bytes are no number. */
function number36(bytes: Buffer, at: number): number {
  const high = values[bytes[at] ?? 0] ?? -1
  const middle = values[bytes[at + 1] ?? 0] ?? -1
  const low = values[bytes[at + 2] ?? 0] ?? -1
  return high < 0 || middle < 0 || low < 0 ? -1 : (high * 36 + middle) * 36 + low
}

function base36(value: number): string {
  return value.toString(36).padStart(digits, '0')
}
