/**
 * What a turn tells: an update, who moved, or both, as frames that lie end to end in bytes made once, without a copy
 * in between. This is done for every turn of every room.
 */
import { messageTypes, syncTypes } from '@weft/protocol'
import { frameHeadLength, writeFrameHead } from './outbox.ts'
import { numberLength, writeNumber } from './var-number.ts'

const updateTypes = [messageTypes.sync, syncTypes.update]
const presenceTypes = [messageTypes.presence]

/** `states`: a presence payload, which the caller may change afterwards. One of the two at least. */
export function framesOf(update: Uint8Array | null, states: Uint8Array | null): Uint8Array {
  const ofUpdate = update === null ? 0 : messageLength(updateTypes, update)
  const ofStates = states === null ? 0 : messageLength(presenceTypes, states)
  const bytes = new Uint8Array(framedLength(ofUpdate) + framedLength(ofStates))
  let at = 0
  if (update !== null) at = write(bytes, at, ofUpdate, updateTypes, update)
  if (states !== null) write(bytes, at, ofStates, presenceTypes, states)
  return bytes
}

/** Types take a byte each: see messageTypes. */
function messageLength(types: readonly number[], payload: Uint8Array): number {
  return types.length + numberLength(payload.length) + payload.length
}

/** 0: no message. */
function framedLength(message: number): number {
  return message === 0 ? 0 : frameHeadLength(message) + message
}

function write(
  bytes: Uint8Array,
  start: number,
  message: number,
  types: readonly number[],
  payload: Uint8Array,
): number {
  let at = writeFrameHead(bytes, start, message)
  for (const type of types) bytes[at++] = type
  at = writeNumber(bytes, at, payload.length)
  bytes.set(payload, at)
  return at + payload.length
}
