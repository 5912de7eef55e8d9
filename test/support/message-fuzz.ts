/**
 * Messages that a hostile client might send: what Yjs and y-protocols write, what their grammars allow and they never
 * write, and both with bytes changed, cut out, doubled and added.
 */
import { encode } from '@weft/protocol'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { editAnything, editText } from './edits.ts'
import { presenceStates } from './presence.ts'
import type { Random } from './random.ts'

/** What the attacker knows of the document. */
export interface Attacker {
  readonly doc: Y.Doc
  readonly kind: 'text' | 'yjs'
  /** Client ids of others in it. */
  readonly others: readonly number[]
}

export interface FuzzMessage {
  readonly bytes: Uint8Array
  /** Written by Yjs and y-protocols from what the attacker really has, and not changed. */
  readonly isHonest: boolean
}

export function fuzzMessage(attacker: Attacker, dice: Random): FuzzMessage {
  const shape = dice.next()
  if (shape < 0.25) return { bytes: honestUpdate(attacker, dice), isHonest: true }
  if (shape < 0.45) return changed(honestUpdate({ ...attacker, doc: copyOf(attacker.doc) }, dice), dice)
  if (shape < 0.65) return invented(inventedUpdate(attacker, dice), dice)
  if (shape < 0.75) return changed(presence(attacker, dice), dice)
  if (shape < 0.8) return { bytes: presence(attacker, dice), isHonest: false }
  if (shape < 0.85) return changed(stateVector(attacker, dice), dice)
  if (shape < 0.9) return { bytes: stateVector(attacker, dice), isHonest: false }
  if (shape < 0.97) return { bytes: noMessage(dice), isHonest: false }
  return changed(wholeDocument(attacker, dice), dice)
}

function syncMessage(update: Uint8Array, dice: Random): Uint8Array {
  return encode({ type: dice.chance(0.3) ? 'sync-step-2' : 'update', update })
}

/** One edit of the attacker's copy. */
function honestUpdate({ doc, kind }: Attacker, dice: Random): Uint8Array {
  const before = Y.encodeStateVector(doc)
  if (kind === 'text') editText(doc.getText('content'), dice)
  else editAnything(doc, dice)
  return syncMessage(Y.encodeStateAsUpdate(doc, before), dice)
}

/** Edits of it leave the document as it is. */
function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  copy.clientID = doc.clientID
  return copy
}

function wholeDocument({ doc }: Attacker, dice: Random): Uint8Array {
  return syncMessage(Y.encodeStateAsUpdate(doc), dice)
}

function invented(update: Uint8Array, dice: Random): FuzzMessage {
  const bytes = syncMessage(update, dice)
  return dice.chance(0.7) ? { bytes, isHonest: false } : changed(bytes, dice)
}

function stateVector({ doc, others }: Attacker, dice: Random): Uint8Array {
  if (dice.chance(0.4)) return encode({ type: 'sync-step-1', stateVector: Y.encodeStateVector(doc) })
  const vector = written((encoder) => {
    const count = dice.below(5)
    encoding.writeVarUint(encoder, count)
    for (let left = count; left > 0; left--) {
      encoding.writeVarUint(encoder, clientId(doc, others, dice))
      encoding.writeVarUint(encoder, clock(doc, dice))
    }
  })
  return encode({ type: 'sync-step-1', stateVector: vector })
}

function presence({ doc, others }: Attacker, dice: Random): Uint8Array {
  const state = () =>
    dice.pick<unknown>([
      null,
      {},
      { user: { name: 'Mallory\u202e', color: '#123456', id: 'guest:ann' } },
      { cursor: { anchor: { type: null, tname: 'content', item: null, assoc: 0 }, head: 7 } },
      JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1}'),
      [1, 2],
      'text',
      { fill: 'x'.repeat(dice.below(6_000)) },
    ])
  const entries = Array.from({ length: dice.pick([0, 1, 1, 2, 9]) }, () => ({
    client: clientId(doc, others, dice),
    clock: clock(doc, dice),
    state: state(),
  }))
  return encode({ type: 'presence', states: presenceStates(entries) })
}

/** Nothing that a client says: other types, other lengths, nothing at all, noise. */
function noMessage(dice: Random): Uint8Array {
  switch (dice.below(6)) {
    case 0:
      return new Uint8Array(0)
    case 1:
      return Uint8Array.from({ length: 1 + dice.below(60) }, () => dice.below(256))
    case 2:
      return written((encoder) => {
        encoding.writeVarUint(encoder, dice.pick([2, 4, 5, 100, 101, 102, 127, 128, 2 ** 31, 2 ** 53 - 1]))
        encoding.writeVarString(encoder, 'let me in')
      })
    case 3:
      return encode({ type: 'receipt', messages: dice.below(9), position: dice.below(9) })
    case 4:
      return encode({ type: 'not-saved', reason: 'storage-full' })
    default:
      return encode({ type: 'query-presence' })
  }
}

/** Bytes set, flipped, cut out, doubled, moved, cut off or added. */
function changed(bytes: Uint8Array, dice: Random): FuzzMessage {
  let made = Array.from(bytes)
  for (let left = dice.pick([1, 1, 2, 3]); left > 0; left--) {
    const at = dice.below(made.length)
    const length = 1 + dice.below(8)
    switch (dice.below(7)) {
      case 0:
        made[at] = dice.below(256)
        break
      case 1:
        made[at] = (made[at] ?? 0) ^ (1 << dice.below(8))
        break
      case 2:
        made.splice(at, length)
        break
      case 3:
        made.splice(at, 0, ...made.slice(at, at + length))
        break
      case 4:
        made.splice(dice.below(made.length), 0, ...made.splice(at, length))
        break
      case 5:
        made = made.slice(0, at)
        break
      default:
        made.splice(at, 0, ...Array.from({ length }, () => dice.below(256)))
    }
  }
  return { bytes: Uint8Array.from(made), isHonest: false }
}

function clientId(doc: Y.Doc, others: readonly number[], dice: Random): number {
  const known = [doc.clientID, ...others]
  return dice.chance(0.8) ? dice.pick(known) : dice.pick([0, 1, dice.below(2 ** 32), 2 ** 32, 2 ** 53 - 1])
}

/** Often one that fits. */
function clock(doc: Y.Doc, dice: Random, client = doc.clientID): number {
  const next = Y.getState(doc.store, client)
  return Math.max(0, dice.pick([0, next, next, next, next - 1, next + 1, dice.below(next + 1), 2 ** 40]))
}

/** By the grammar of Yjs' updates, with parts that rarely fit together. */
function inventedUpdate({ doc, others, kind }: Attacker, dice: Random): Uint8Array {
  const client = () => clientId(doc, others, dice)
  return written((encoder) => {
    const number = (value: number) => encoding.writeVarUint(encoder, value)
    const id = () => {
      const whose = client()
      number(whose)
      number(Math.max(0, clock(doc, dice, whose) - 1))
    }
    const sections = dice.pick([0, 1, 1, 1, 2, 3])
    number(sections)
    for (let section = 0; section < sections; section++) {
      const structs = dice.pick([0, 1, 1, 1, 2, 5])
      const whose = dice.chance(0.7) ? doc.clientID : client()
      number(dice.chance(0.97) ? structs : 2 ** 31)
      number(whose)
      number(clock(doc, dice, whose))
      for (let left = structs; left > 0; left--) inventedStruct(encoder, kind, id, dice)
    }
    const deleters = dice.pick([0, 0, 1, 2])
    number(deleters)
    for (let left = deleters; left > 0; left--) {
      const whose = client()
      const ranges = dice.pick([0, 1, 1, 3])
      number(whose)
      number(ranges)
      for (let range = 0; range < ranges; range++) {
        number(dice.below(Y.getState(doc.store, whose) + 1))
        number(dice.pick([0, 1, 1, 2, 1_000]))
      }
    }
  })
}

type Any = Parameters<typeof encoding.writeAny>[1]

function inventedStruct(encoder: encoding.Encoder, kind: string, id: () => void, dice: Random): void {
  const text = (value: string) => encoding.writeVarString(encoder, value)
  const number = (value: number) => encoding.writeVarUint(encoder, value)
  const content = kind === 'text' && dice.chance(0.7) ? dice.pick([1, 4, 4, 6]) : dice.below(12)
  const flags = content === 0 || content === 10 ? 0 : dice.pick([0, 0x80, 0x80, 0x40, 0xc0, 0x20, 0xa0])
  encoding.writeUint8(encoder, content | flags)
  if (content === 0 || content === 10) return number(dice.pick([0, 1, 1, 5, 2 ** 30]))
  if ((flags & 0x80) !== 0) id()
  if ((flags & 0x40) !== 0) id()
  if ((flags & 0xc0) === 0) {
    const isRoot = dice.chance(0.7)
    number(isRoot ? 1 : 0)
    if (isRoot) text(dice.pick(['content', 'content', 'content', 'map', 'list', '', '__proto__']))
    else id()
    if ((flags & 0x20) !== 0) text(dice.pick(['key', '', '__proto__']))
  }
  const json = () =>
    text(dice.pick(['1', '"x"', 'null', 'undefined', '{"a":[]}', '[', '{"__proto__":1}', '['.repeat(80)]))
  const any = () => {
    const values: readonly Any[] = [1, -1, 2 ** 40, 0.5, 'x', null, true, [1, [2]], { a: 1 }]
    encoding.writeAny(encoder, dice.chance(0.1) ? undefined : dice.pick(values))
  }
  switch (content) {
    case 1:
      return number(dice.pick([0, 1, 3, 2 ** 30]))
    case 2: {
      const count = dice.below(3)
      number(count)
      for (let left = count; left > 0; left--) json()
      return
    }
    case 3:
      return encoding.writeVarUint8Array(encoder, new Uint8Array(dice.below(5)))
    case 4: {
      const letters = dice.pick(['x', 'many letters', '🧵', '', 'x\u0000y', '\r\n'])
      if (dice.chance(0.9)) return text(letters)
      return encoding.writeVarUint8Array(encoder, Uint8Array.of(0xed, 0xa0, 0xbd))
    }
    case 5:
      return json()
    case 6:
      text(dice.pick(['bold', '', '__proto__']))
      return json()
    case 7:
      number(dice.below(9))
      return text('p')
    case 8: {
      const count = dice.below(3)
      number(count)
      for (let left = count; left > 0; left--) any()
      return
    }
    default:
      text('guid')
      return any()
  }
}

function written(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  write(encoder)
  return encoding.toUint8Array(encoder)
}
