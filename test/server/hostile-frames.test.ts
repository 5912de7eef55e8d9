/** Bytes that are no WebSocket, from sockets that speak by hand. Nobody else may notice. */
import { closeCodes, encode, limits } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HonestPair, honestPair } from '../support/honest-pair.ts'
import { random, seeds } from '../support/random.ts'
import { clientFrame, opcodes, rawConnection, rawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { type RestartingServer, restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { updateOf } from '../support/wire-client.ts'

let server: RestartingServer
let document: string
let pairs: readonly HonestPair[]

beforeAll(async () => {
  server = await restartingServer()
  await server.start()
  document = await server.create({ title: 'Attacked', kind: 'text' })
  const other = await server.create({ title: 'Elsewhere', kind: 'text' })
  pairs = [await honestPair(server.port, document), await honestPair(server.port, other)]
}, 60_000)

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const bytes = (...values: number[]) => Uint8Array.from(values)
const close = (code: number, reason: Uint8Array = bytes()) =>
  clientFrame(opcodes.close, Buffer.concat([bytes(code >> 8, code & 255), reason]))
/** A header that says a length and brings nothing. */
const hugeLength = (length: bigint) => {
  const header = Buffer.alloc(14)
  header.set([opcodes.binary, 0x80 | 127])
  header.writeBigUInt64BE(length, 2)
  return header
}
const unmasked = (first: number, payload: Uint8Array) =>
  Buffer.concat([bytes(first, payload.length), payload])
const part = (first: number, text: string) => clientFrame(first, Buffer.from(text))
const step1 = encode({ type: 'sync-step-1', stateVector: bytes(0) })

/** What is sent, and the close code that answers it; `null`: the connection just ends. */
const cases: Readonly<Record<string, readonly [Uint8Array, number | null]>> = {
  'the first reserved bit': [clientFrame(0xc2, step1), 1002],
  'the second reserved bit': [clientFrame(0xa2, step1), 1002],
  'the third reserved bit': [clientFrame(0x92, step1), 1002],
  'all reserved bits': [clientFrame(0xf2, step1), 1002],
  'a reserved bit on a ping': [clientFrame(0xc9, bytes()), 1002],
  'a frame without a mask': [unmasked(opcodes.binary, step1), 1002],
  'a close without a mask': [unmasked(opcodes.close, bytes(3, 232)), 1002],
  'a length of 200 MiB': [hugeLength(200n * 1024n * 1024n), 1009],
  'a length of one byte more than allowed': [hugeLength(BigInt(limits.writerFrameBytes) + 1n), 1009],
  'a length of 2^63 - 1': [hugeLength(2n ** 63n - 1n), 1009],
  'a length of 2^64 - 1': [hugeLength(2n ** 64n - 1n), 1009],
  'text that is no UTF-8': [clientFrame(opcodes.text, bytes(0xff, 0xfe)), 1007],
  'text that ends within a letter': [clientFrame(opcodes.text, bytes(0x61, 0xe2, 0x82)), 1007],
  'text with an overlong letter': [clientFrame(opcodes.text, bytes(0xc0, 0xaf)), 1007],
  'text with half an emoji': [clientFrame(opcodes.text, bytes(0xed, 0xa0, 0xbd)), 1007],
  'proper text': [part(opcodes.text, 'hello'), closeCodes.malformed],
  'empty text': [part(opcodes.text, ''), closeCodes.malformed],
  'an empty binary frame': [clientFrame(opcodes.binary, bytes()), closeCodes.malformed],
  'opcode 3': [clientFrame(0x83, step1), 1002],
  'opcode 7': [clientFrame(0x87, step1), 1002],
  'opcode 11': [clientFrame(0x8b, bytes()), 1002],
  'opcode 15': [clientFrame(0x8f, bytes()), 1002],
  'a continuation of nothing': [clientFrame(0x80, step1), 1002],
  'a message in the middle of another': [
    Buffer.concat([clientFrame(0x02, step1), clientFrame(opcodes.binary, step1)]),
    1002,
  ],
  'a ping of 126 bytes': [clientFrame(opcodes.ping, new Uint8Array(126)), 1002],
  'a ping in parts': [clientFrame(0x09, bytes(1)), 1002],
  'a pong of 70,000 bytes': [clientFrame(opcodes.pong, new Uint8Array(70_000)), 1002],
  'a close of one byte': [clientFrame(opcodes.close, bytes(3)), 1002],
  'a close of 126 bytes': [clientFrame(opcodes.close, new Uint8Array(126)), 1002],
  'a close in parts': [clientFrame(0x08, bytes(3, 232)), 1002],
  'close code 0': [close(0), 1002],
  'close code 999': [close(999), 1002],
  'close code 1004': [close(1004), 1002],
  'close code 1005': [close(1005), 1002],
  'close code 1006': [close(1006), 1002],
  'close code 1015': [close(1015), 1002],
  'close code 2999': [close(2999), 1002],
  'close code 5000': [close(5000), 1002],
  'close code 65535': [close(65_535), 1002],
  'a close whose reason is no UTF-8': [close(1000, bytes(0xff)), 1007],
  'a proper close': [close(1000), 1000],
  'a proper close with a code of its own': [close(4999), 4999],
  'a close without a code': [clientFrame(opcodes.close, bytes()), 1005],
  'two closes': [Buffer.concat([close(1000), close(1002)]), 1000],
  'a message after the close': [Buffer.concat([close(1000), clientFrame(opcodes.binary, bytes(77))]), 1000],
  'five thousand fragments': [
    Buffer.concat([
      clientFrame(0x02, bytes(0)),
      ...Array.from({ length: 5_000 }, () => clientFrame(0, bytes(0))),
    ]),
    1008,
  ],
  'fragments of nothing, and their end': [
    Buffer.concat([
      clientFrame(0x02, bytes()),
      ...Array(100).fill(clientFrame(0, bytes())),
      clientFrame(0x80, bytes()),
    ]),
    closeCodes.malformed,
  ],
  'an HTTP request': [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 1002],
  'a TLS hello': [bytes(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3), 1002],
  zeros: [new Uint8Array(100_000), 1002],
  'a thousand pings at once': [Buffer.concat(Array(1_000).fill(clientFrame(opcodes.ping, bytes(1)))), null],
}

describe.concurrent('[W8] a connection that is no WebSocket ends with a defined code', () => {
  for (const [name, [sent, code]] of Object.entries(cases)) {
    test(`${name}: ${code ?? 'ends'}`, async () => {
      const raw = await rawSocket(server.port, `/sync/${document}`)
      raw.write(sent)
      expect(await raw.closeCode()).toBe(code)
      await until(() => raw.ended)
    })
  }

  for (const seed of seeds(12)) {
    test(`noise of 64 KiB ends it (seed ${seed})`, async () => {
      const dice = random(seed)
      const raw = await rawSocket(server.port, `/sync/${document}`)
      raw.write(Uint8Array.from({ length: 65_536 }, () => dice.below(256)))
      // Noise may begin with a frame that is not finished: it then waits for W23.
      raw.socket.end()
      await until(() => raw.ended)
    })
  }
})

describe.concurrent('[W23] a client that stops in the middle is forgotten', () => {
  const endings: Readonly<Record<string, Uint8Array>> = {
    'half a header': bytes(0x82),
    'a header without its bytes': hugeLength(1_000n),
    'half a message': clientFrame(opcodes.binary, new Uint8Array(1_000)).subarray(0, 500),
    'a part of a message': clientFrame(0x02, new Uint8Array(1_000)),
    'half a ping': clientFrame(opcodes.ping, new Uint8Array(100)).subarray(0, 50),
  }
  for (const [name, sent] of Object.entries(endings)) {
    test(`${name}, then the end`, async () => {
      const raw = await rawSocket(server.port, `/sync/${document}`)
      raw.write(sent)
      raw.socket.end()
      await until(() => raw.ended)
    })

    test(`${name}, then a reset`, async () => {
      const raw = await rawSocket(server.port, `/sync/${document}`)
      raw.write(sent)
      raw.socket.resetAndDestroy()
      await until(() => raw.ended)
    })
  }
})

describe.concurrent('[W26] an upgrade that is none', () => {
  test('wherever it is cut off', async () => {
    const { text } = upgradeRequest(server.port, `/sync/${document}`)
    const cuts = Array.from({ length: 24 }, (_, index) => Math.floor((text.length * index) / 24))
    for (const cut of cuts) {
      const socket = await rawConnection(server.port, text.slice(0, cut))
      if (cut % 2 === 0) socket.end()
      else socket.resetAndDestroy()
    }
  })

  test('gone before it is answered', async () => {
    const { text } = upgradeRequest(server.port, `/sync/${document}`)
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const socket = await rawConnection(server.port, text)
        if (index % 2 === 0) socket.resetAndDestroy()
        else socket.destroy()
      }),
    )
  })

  test('with headers beyond all measure, bad versions and methods', async () => {
    const odd: Record<string, string>[] = [
      { 'X-Long': 'x'.repeat(20_000) },
      { 'Sec-WebSocket-Key': '' },
      { 'Sec-WebSocket-Version': '-1' },
      { 'Sec-WebSocket-Protocol': ',,;' },
      { Upgrade: 'websocket, h2c' },
    ]
    for (const headers of odd) {
      const raw = await rawSocket(server.port, `/sync/${document}`, { headers })
      expect(raw.status, JSON.stringify(headers).slice(0, 60)).toBeGreaterThanOrEqual(400)
      raw.destroy()
    }
    const socket = await rawConnection(
      server.port,
      upgradeRequest(server.port, `/sync/${document}`).text.replace('GET', 'POST'),
    )
    socket.destroy()
  })

  test('[W34] asks for compression and gets it without a memory of what was before', async () => {
    const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }
    const raw = await rawSocket(server.port, `/sync/${document}`, { headers })
    expect(raw.status).toBe(101)
    const [, extensions = ''] = /sec-websocket-extensions: (.*)/i.exec(raw.head) ?? []
    expect(extensions).toContain('server_no_context_takeover')
    expect(extensions).toContain('client_no_context_takeover')
    raw.destroy()
  })
})

test('[W2] what comes in one packet with the upgrade is heard', async () => {
  const id = await server.create({ title: 'In one packet', kind: 'text' })
  const { text } = upgradeRequest(server.port, `/sync/${id}`)
  const update = encode({ type: 'update', update: updateOf(1, 'in a hurry') })
  const socket = await rawConnection(server.port, '')
  socket.write(Buffer.concat([Buffer.from(text), clientFrame(opcodes.binary, update)]))
  await until(async () => (await server.content(id)) === 'in a hurry')
  socket.destroy()
})

test('and through all of it the others went on: same process, first connections, quick words', async () => {
  expect(server.isAlive).toBe(true)
  for (const pair of pairs) {
    await pair.stop()
    expect(pair.isUndisturbed).toBe(true)
    expect(pair.edits).toBeGreaterThan(10)
    expect(pair.slowest).toBeLessThan(3_000)
  }
  // Everybody else is gone.
  await until(async () => (await server.metric('weft_connections')) === 0)
  expect(server.stderr).not.toMatch(/"level":"(error|fatal)"/)
})
