/**
 * How much of what was written the kernel has taken. A socket of Node tells of a write only when all of it is taken,
 * which for a large document over a slow line is a minute later; what it runs over counts as it goes.
 */
import type { Socket } from 'node:net'

/** Bytes so far. Where the counters are not to be had, of whole writes only. */
export function takenBytes(network: Socket): number {
  const handle: unknown = Reflect.get(network, '_handle')
  const written = counter(handle, 'bytesWritten')
  const waiting = counter(handle, 'writeQueueSize')
  if (written === null || waiting === null) return network.bytesWritten - network.writableLength
  return written - waiting
}

function counter(handle: unknown, name: 'bytesWritten' | 'writeQueueSize'): number | null {
  if (typeof handle !== 'object' || handle === null) return null
  const value: unknown = Reflect.get(handle, name)
  return typeof value === 'number' ? value : null
}
