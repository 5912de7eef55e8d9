import { decode, encode, MalformedMessage, type WireMessage } from '@weft/protocol'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as auth from 'y-protocols/auth'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { random, seeds } from '../support/random.ts'

/** A document with every kind of thing in it that a text document may hold. */
function sampleDocument(): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = 4_294_967_295
  const text = doc.getText('content')
  text.insert(0, 'Zażółć gęślą jaźń 🧵\n')
  text.delete(3, 4)
  text.format(0, 2, { bold: true })
  return doc
}

/** What y-protocols writes behind the message type. */
function written(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return encoding.toUint8Array(encoder)
}

function samplePresence(): Uint8Array {
  const doc = sampleDocument()
  const states = new awareness.Awareness(doc)
  states.setLocalState({ user: { name: 'Ada' }, cursor: null })
  const payload = awareness.encodeAwarenessUpdate(states, [doc.clientID])
  states.destroy()
  return payload
}

const samples: Readonly<Record<string, WireMessage>> = {
  'sync step 1': { type: 'sync-step-1', stateVector: Y.encodeStateVector(sampleDocument()) },
  'sync step 2': { type: 'sync-step-2', update: Y.encodeStateAsUpdate(sampleDocument()) },
  'an empty update': { type: 'update', update: Uint8Array.of(0, 0) },
  presence: { type: 'presence', states: samplePresence() },
  'query presence': { type: 'query-presence' },
  'a receipt': { type: 'receipt', messages: 300, position: 2 ** 40 },
  'not saved': { type: 'not-saved', reason: 'storage-full' },
}

describe('[W1] the codec', () => {
  test('writes sync messages as y-protocols does, byte for byte', () => {
    const doc = sampleDocument()
    const step1 = written(0, (encoder) => sync.writeSyncStep1(encoder, doc))
    const step2 = written(0, (encoder) => sync.writeSyncStep2(encoder, doc))
    const update = Y.encodeStateAsUpdate(doc)
    expect(encode({ type: 'sync-step-1', stateVector: Y.encodeStateVector(doc) })).toEqual(step1)
    expect(encode({ type: 'sync-step-2', update })).toEqual(step2)
    expect(encode({ type: 'update', update })).toEqual(
      written(0, (encoder) => sync.writeUpdate(encoder, update)),
    )
  })

  test('writes presence and its query as y-websocket does, byte for byte', () => {
    const states = samplePresence()
    const theirs = written(1, (encoder) => encoding.writeVarUint8Array(encoder, states))
    expect(encode({ type: 'presence', states })).toEqual(theirs)
    expect(encode({ type: 'query-presence' })).toEqual(Uint8Array.of(3))
  })

  test('writes receipts and refusals to save as documented', () => {
    expect(encode({ type: 'receipt', messages: 5, position: 300 })).toEqual(Uint8Array.of(100, 5, 0xac, 2))
    const refusal = encode({ type: 'not-saved', reason: 'storage-full' })
    expect(refusal.subarray(0, 2)).toEqual(Uint8Array.of(101, 12))
    expect(new TextDecoder().decode(refusal.subarray(2))).toBe('storage-full')
  })

  test('is understood by y-protocols', () => {
    const theirs = new Y.Doc()
    const update = Y.encodeStateAsUpdate(sampleDocument())
    const decoder = decoding.createDecoder(encode({ type: 'sync-step-2', update }))
    expect(decoding.readVarUint(decoder)).toBe(0)
    sync.readSyncMessage(decoder, encoding.createEncoder(), theirs, null)
    expect(theirs.getText('content').toDelta()).toEqual(sampleDocument().getText('content').toDelta())
  })
})

describe('[W1] every message', () => {
  for (const [name, message] of Object.entries(samples)) {
    test(`${name} comes back as it was written`, () => {
      expect(decode(encode(message))).toEqual(message)
    })

    test(`${name} is malformed wherever it is cut off`, () => {
      const whole = encode(message)
      for (let length = 0; length < whole.length; length++) {
        expect(() => decode(whole.subarray(0, length)), `${length} bytes`).toThrow(MalformedMessage)
      }
    })

    test(`${name} is malformed with bytes behind it`, () => {
      const longer = Uint8Array.of(...encode(message), 0)
      expect(() => decode(longer)).toThrow(MalformedMessage)
    })
  }
})

describe('[W10] what is no message of ours', () => {
  test('is malformed: the auth message that y-protocols writes', () => {
    const message = written(2, (encoder) => auth.writePermissionDenied(encoder, 'no'))
    expect(() => decode(message)).toThrow(MalformedMessage)
  })

  test('is malformed: every other type, every other sync type, every other reason', () => {
    for (let type = 0; type < 300; type++) {
      if ([0, 1, 3, 100, 101].includes(type)) continue
      const message = written(type, (encoder) => encoding.writeVarUint8Array(encoder, Uint8Array.of(1)))
      expect(() => decode(message), `type ${type}`).toThrow(MalformedMessage)
    }
    for (let type = 3; type < 300; type++) {
      const message = written(0, (encoder) => encoding.writeVarUint(encoder, type))
      expect(() => decode(message), `sync type ${type}`).toThrow(MalformedMessage)
    }
    const reason = written(101, (encoder) => encoding.writeVarString(encoder, 'storage-fulla'))
    expect(() => decode(reason)).toThrow(MalformedMessage)
  })

  test('is malformed: numbers that are wider than a number', () => {
    for (const type of [0, 1, 3, 100]) {
      expect(() => decode(Uint8Array.of(type, ...Array(12).fill(0xff), 1))).toThrow(MalformedMessage)
    }
    expect(() => decode(new Uint8Array(1_000_000).fill(0xff))).toThrow(MalformedMessage)
  })

  test('is malformed: lengths beyond the frame, at no cost of memory', () => {
    const message = written(0, (encoder) => {
      encoding.writeVarUint(encoder, 2)
      encoding.writeVarUint(encoder, Number.MAX_SAFE_INTEGER)
    })
    expect(() => decode(message)).toThrow(MalformedMessage)
  })
})

describe('fuzz: random bytes are a message or malformed, nothing else', () => {
  for (const seed of seeds(20)) {
    test(`seed ${seed}`, () => {
      const dice = random(seed)
      const whole = Object.values(samples).map(encode)
      for (let round = 0; round < 500; round++) {
        const bytes = dice.chance(0.5)
          ? Uint8Array.from({ length: dice.below(40) }, () => dice.below(256))
          : flipped(dice.pick(whole), dice)
        expect(outcome(bytes)).toMatch(/^(message|malformed)$/)
      }
    })
  }
})

function flipped(message: Uint8Array, dice: ReturnType<typeof random>): Uint8Array {
  const copy = message.slice()
  for (let flips = 1 + dice.below(4); flips > 0; flips--) {
    const at = dice.below(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8))
  }
  return copy
}

function outcome(bytes: Uint8Array): string {
  try {
    const message = decode(bytes)
    // What decodes must encode to something that decodes to the same.
    expect(decode(encode(message))).toEqual(message)
    return 'message'
  } catch (error) {
    return error instanceof MalformedMessage ? 'malformed' : `${error}`
  }
}
