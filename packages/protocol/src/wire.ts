/**
 * The messages of `/sync/<document>`: y-protocols' types 0, 1 and 3 byte for byte, and two of Weft's own that
 * only clients connected with `?receipts=1` are sent. The rules W1… are in docs/protocol.md.
 *
 * One message per WebSocket frame (W1). Decoding returns views into the frame: copy what you keep.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export type WireMessage =
  | { readonly type: 'sync-step-1'; readonly stateVector: Uint8Array }
  | { readonly type: 'sync-step-2'; readonly update: Uint8Array }
  | { readonly type: 'update'; readonly update: Uint8Array }
  /** y-protocols' "awareness" payload: count • (client id • clock • JSON)… */
  | { readonly type: 'presence'; readonly states: Uint8Array }
  | { readonly type: 'query-presence' }
  /** The first `messages` sync messages (step 2 and update) of this connection are durable, at `position`. */
  | { readonly type: 'receipt'; readonly messages: number; readonly position: number }
  /** The server cannot commit now, or the document takes no more. The next receipt takes it back. */
  | { readonly type: 'not-saved'; readonly reason: NotSavedReason }

export const notSavedReasons = ['storage-full', 'storage-unavailable', 'document-full'] as const
export type NotSavedReason = (typeof notSavedReasons)[number]

/** First varint of a message. */
export const messageTypes = {
  sync: 0,
  presence: 1,
  auth: 2,
  queryPresence: 3,
  receipt: 100,
  notSaved: 101,
} as const
/** Second varint of a sync message. */
export const syncTypes = { step1: 0, step2: 1, update: 2 } as const

/** The bytes are no message of this protocol. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage'
}

export function encode(message: WireMessage): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder()
  switch (message.type) {
    case 'sync-step-1':
      return encodeSync(encoder, syncTypes.step1, message.stateVector)
    case 'sync-step-2':
      return encodeSync(encoder, syncTypes.step2, message.update)
    case 'update':
      return encodeSync(encoder, syncTypes.update, message.update)
    case 'presence':
      encoding.writeVarUint(encoder, messageTypes.presence)
      encoding.writeVarUint8Array(encoder, message.states)
      break
    case 'query-presence':
      encoding.writeVarUint(encoder, messageTypes.queryPresence)
      break
    case 'receipt':
      encoding.writeVarUint(encoder, messageTypes.receipt)
      encoding.writeVarUint(encoder, message.messages)
      encoding.writeVarUint(encoder, message.position)
      break
    case 'not-saved':
      encoding.writeVarUint(encoder, messageTypes.notSaved)
      encoding.writeVarString(encoder, message.reason)
      break
  }
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>
}

/** All of a sync-step-2 but its update, for who writes that one behind it. */
export function headOfSyncStep2(updateLength: number): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, messageTypes.sync)
  encoding.writeVarUint(encoder, syncTypes.step2)
  encoding.writeVarUint(encoder, updateLength)
  return encoding.toUint8Array(encoder)
}

/** Throws {@link MalformedMessage} on unknown types, truncation and trailing bytes. */
export function decode(frame: Uint8Array): WireMessage {
  const decoder = decoding.createDecoder(frame)
  const message = decodeMessage(decoder)
  if (decoding.hasContent(decoder)) throw new MalformedMessage('bytes after the message')
  return message
}

function encodeSync(encoder: encoding.Encoder, type: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  encoding.writeVarUint(encoder, messageTypes.sync)
  encoding.writeVarUint(encoder, type)
  encoding.writeVarUint8Array(encoder, bytes)
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>
}

function decodeMessage(decoder: decoding.Decoder): WireMessage {
  const type = readNumber(decoder)
  switch (type) {
    case messageTypes.sync:
      return decodeSync(decoder)
    case messageTypes.presence:
      return { type: 'presence', states: readBytes(decoder) }
    case messageTypes.queryPresence:
      return { type: 'query-presence' }
    case messageTypes.receipt:
      return { type: 'receipt', messages: readNumber(decoder), position: readNumber(decoder) }
    case messageTypes.notSaved:
      return { type: 'not-saved', reason: readReason(decoder) }
    default:
      throw new MalformedMessage(`unknown message type ${type}`)
  }
}

function decodeSync(decoder: decoding.Decoder): WireMessage {
  const type = readNumber(decoder)
  switch (type) {
    case syncTypes.step1:
      return { type: 'sync-step-1', stateVector: readBytes(decoder) }
    case syncTypes.step2:
      return { type: 'sync-step-2', update: readBytes(decoder) }
    case syncTypes.update:
      return { type: 'update', update: readBytes(decoder) }
    default:
      throw new MalformedMessage(`unknown sync message type ${type}`)
  }
}

function readNumber(decoder: decoding.Decoder): number {
  try {
    return decoding.readVarUint(decoder)
  } catch {
    throw new MalformedMessage('a number is cut off or too large')
  }
}

function readBytes(decoder: decoding.Decoder): Uint8Array {
  const length = readNumber(decoder)
  if (length > decoder.arr.length - decoder.pos) throw new MalformedMessage('bytes are cut off')
  return decoding.readUint8Array(decoder, length)
}

function readReason(decoder: decoding.Decoder): NotSavedReason {
  const text = String.fromCharCode(...readBytes(decoder).subarray(0, 64))
  const reason = notSavedReasons.find((known) => known === text)
  if (reason === undefined) throw new MalformedMessage(`unknown reason ${text}`)
  return reason
}
