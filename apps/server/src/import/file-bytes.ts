import type { SourceFile } from './source.ts'

/**
 * A file whole, in `memory` that is as large. Pieces are taken over as they come: putting them together at the end
 * would hold everybody up. `null`: damaged.
 */
export async function bytesOf<Memory extends ArrayBufferLike>(
  file: SourceFile,
  memory: Memory,
): Promise<Uint8Array<Memory> | null> {
  const bytes = new Uint8Array(memory)
  let length = 0
  try {
    for await (const chunk of (await file.open()) as AsyncIterable<Uint8Array>) {
      bytes.set(chunk, length)
      length += chunk.length
    }
    return bytes.subarray(0, length)
  } catch {
    return null
  }
}
