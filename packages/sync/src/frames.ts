/**
 * What a turn tells: an update, who moved, or both, as frames that lie end to end in bytes made once, without a copy
 * in between. This is done for every turn of every room.
 */
import { messageTypes, syncTypes } from '@weft/protocol'
import { frameHead } from './outbox.ts'
import { numberLength, writeNumber } from './var-number.ts'

/** `states`: a presence payload, which the caller may change afterwards. One of the two at least. */
export function framesOf(update: Uint8Array | null, states: Uint8Array | null): Uint8Array {
  const ofUpdate = update === null ? null : plan([messageTypes.sync, syncTypes.update], update)
  const ofStates = states === null ? null : plan([messageTypes.presence], states)
  const bytes = new Uint8Array((ofUpdate?.length ?? 0) + (ofStates?.length ?? 0))
  let at = 0
  if (ofUpdate !== null) at = write(bytes, at, ofUpdate)
  if (ofStates !== null) write(bytes, at, ofStates)
  return bytes
}

interface Plan {
  readonly head: Uint8Array
  readonly types: readonly number[]
  readonly payload: Uint8Array
  /** Of the whole frame. */
  readonly length: number
}

/** Types take a byte each: see messageTypes. */
function plan(types: readonly number[], payload: Uint8Array): Plan {
  const message = types.length + numberLength(payload.length) + payload.length
  const head = frameHead(message)
  return { head, types, payload, length: head.length + message }
}

function write(bytes: Uint8Array, start: number, { head, types, payload }: Plan): number {
  bytes.set(head, start)
  let at = start + head.length
  for (const type of types) bytes[at++] = type
  at = writeNumber(bytes, at, payload.length)
  bytes.set(payload, at)
  return at + payload.length
}
