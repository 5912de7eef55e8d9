/**
 * What ws holds of a message that is not complete. Of one that its client compresses that may be a thousand times what
 * came, and ws says nothing of it before the message is whole; its receiver counts.
 */
import type { WebSocket } from 'ws'

/** Bytes; 0 where they are not to be had. */
export function inflatedBytes(webSocket: WebSocket): number {
  const receiver: unknown = Reflect.get(webSocket, '_receiver')
  if (typeof receiver !== 'object' || receiver === null) return 0
  const bytes: unknown = Reflect.get(receiver, '_messageLength')
  return typeof bytes === 'number' ? bytes : 0
}
