/**
 * Every way the server ends a WebSocket. y-websocket ≥ 3.1 treats 4400–4499 as final and retries all others;
 * older clients retry everything at once, which is why a final close waits (see `limits.finalCloseDelayMs`).
 */
export const closeCodes = {
  /** The client sent bytes that are no message, or an update that Yjs would reject. */
  malformed: 4400,
  'signed-out': 4401,
  /** No right to this document (any more), or edits under somebody else's client id. */
  forbidden: 4403,
  /** Deleted, in the trash or never there: the same answer. */
  'not-found': 4404,
  /** Other lineage, or the client's history has a hole that it cannot fill itself. */
  'out-of-sync': 4409,
  /** The document takes no more; for clients that would not understand `not-saved`. */
  'document-full': 4413,
  /** What is stored of the document fails its checksum: it is served to nobody. */
  'document-damaged': 4422,
  'too-many-messages': 4429,
  'internal-error': 1011,
  /** The server restarts or drains: come back. */
  restarting: 1012,
  overloaded: 1013,
  /** The client reads slower than the document changes. */
  'too-slow': 1013,
} as const

export type CloseReason = keyof typeof closeCodes

/** A client must not come back by itself after this code. */
export function isFinalClose(code: number): boolean {
  return code >= 4400 && code <= 4499
}
