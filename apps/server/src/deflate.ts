/** Compresses in a thread of libuv, so that the event loop goes on. */
import { promisify } from 'node:util'
import { constants, deflateRaw } from 'node:zlib'
import type { Deflate } from '@weft/sync'

const deflateAside = promisify(deflateRaw)

/** Ends with the empty block of a flush, as WebSockets want it. */
export const deflate: Deflate = (bytes) =>
  deflateAside(bytes, { level: 3, finishFlush: constants.Z_SYNC_FLUSH })
