/** y-protocols' presence payload by hand: what a client may say that the library never would. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export interface PresenceEntry {
  readonly client: number
  readonly clock: number
  /** `null`: the client leaves. */
  readonly state: unknown
}

export function presenceStates(entries: readonly PresenceEntry[]): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, entries.length)
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, clock)
    encoding.writeVarString(encoder, JSON.stringify(state))
  }
  return encoding.toUint8Array(encoder)
}

export function readPresenceStates(payload: Uint8Array): PresenceEntry[] {
  const decoder = decoding.createDecoder(payload)
  return Array.from({ length: decoding.readVarUint(decoder) }, () => ({
    client: decoding.readVarUint(decoder),
    clock: decoding.readVarUint(decoder),
    state: JSON.parse(decoding.readVarString(decoder)),
  }))
}
