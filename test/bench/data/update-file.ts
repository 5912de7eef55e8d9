/** Many updates in one file: each behind its length, 4 bytes, little end first. */
import { readFileSync, writeFileSync } from 'node:fs'

export function writeUpdates(file: string, updates: readonly Uint8Array[]): void {
  writeFileSync(
    file,
    Buffer.concat(
      updates.flatMap((update) => {
        const length = Buffer.alloc(4)
        length.writeUInt32LE(update.length)
        return [length, update]
      }),
    ),
  )
}

/** Views into one buffer. */
export function readUpdates(file: string): readonly Uint8Array[] {
  const bytes = readFileSync(file)
  const updates: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    updates.push(new Uint8Array(bytes.buffer, bytes.byteOffset + at + 4, length))
    at += 4 + length
  }
  return updates
}
