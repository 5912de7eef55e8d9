/** What one person sends: real updates of a real Y.Doc, and presence in the shape that y-codemirror.next sends. */
import { encode } from '@weft/protocol'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { marker } from './markers.ts'

export interface Author {
  /** The presence message with which one joins. */
  readonly hello: Buffer
  /** One message per edit: 8 characters, 28 bytes. */
  readonly edits: readonly Buffer[]
  /** The presence message that goes with each edit. */
  readonly presences: readonly Buffer[]
}

export interface CaptureOptions {
  readonly edits: number
  /** Makes the frame of a message, ready to be written. */
  readonly frame: (message: Uint8Array) => Buffer
  readonly presencePadding?: number
}

export function captureAuthor(index: number, options: CaptureOptions): Author {
  const { frame, presencePadding = 0 } = options
  const doc = new Y.Doc()
  doc.clientID = 1_000_000_000 + index * 7_919
  const text = doc.getText('content')
  const edits: Buffer[] = []
  const presences: Buffer[] = []
  doc.on('update', (update: Uint8Array) => {
    edits.push(frame(encode({ type: 'update', update })))
  })
  for (let edit = 0; edit < options.edits; edit++) {
    text.insert(text.length, marker(index, edit))
    presences.push(frame(presence(doc.clientID, edit + 2, presencePadding)))
  }
  return { hello: frame(presence(doc.clientID, 1, presencePadding)), edits, presences }
}

function presence(client: number, clock: number, padding: number): Uint8Array {
  const place = { type: null, tname: 'content', item: { client, clock }, assoc: 0 }
  const state = {
    user: { name: `Person ${client}`, color: '#30bced', colorLight: '#30bced33' },
    cursor: { anchor: place, head: place },
    ...(padding > 0 ? { padding: 'x'.repeat(padding) } : {}),
  }
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 1)
  encoding.writeVarUint(encoder, client)
  encoding.writeVarUint(encoder, clock)
  encoding.writeVarString(encoder, JSON.stringify(state))
  return encode({ type: 'presence', states: encoding.toUint8Array(encoder) })
}
