/** Per client, the first clock that is not there yet. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { MalformedUpdate } from './errors.ts'

export type StateVector = ReadonlyMap<number, number>

export function encodeStateVector(vector: StateVector): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, vector.size)
  for (const [client, clock] of [...vector].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
  }
  return encoding.toUint8Array(encoder)
}

/** Throws {@link MalformedUpdate}. Takes any clock: a client may be ahead of the server, or lie. */
export function decodeStateVector(bytes: Uint8Array): StateVector {
  try {
    const decoder = decoding.createDecoder(bytes)
    const count = decoding.readVarUint(decoder)
    if (count > bytes.length) throw new MalformedUpdate('count beyond the bytes')
    const vector = new Map<number, number>()
    for (let left = count; left > 0; left--) {
      vector.set(decoding.readVarUint(decoder), decoding.readVarUint(decoder))
    }
    return vector
  } catch {
    throw new MalformedUpdate('not a state vector')
  }
}
