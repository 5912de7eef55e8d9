import { deflateRawSync } from 'node:zlib'
import { decode, encode, limits, type WireMessage } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket, { type ClientOptions } from 'ws'
import * as Y from 'yjs'
import { clientFrame, opcodes, rawSocket } from '../support/raw-socket.ts'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

let server: SyncServer

beforeAll(async () => {
  server = await syncServer()
})
afterAll(() => server.stop())

/** Not so large that it is folded at once: in the middle of a fold a reader may get it plain. */
const large = 'A large document says much the same again. '.repeat(1_300)

async function largeDocument(name: string) {
  const id = await server.create(name)
  const author = wireClient(server.port, id, { query: '?receipts=1' })
  await until(() => author.all('sync-step-2').length === 1)
  author.text.insert(0, large)
  await until(() => author.receipted === author.sent)
  return { id, author }
}

/** A real client that counts what the network brought. */
async function reader(id: string, options: ClientOptions) {
  const doc = new Y.Doc()
  const messages: WireMessage[] = []
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/sync/${id}`, options)
  socket.binaryType = 'nodebuffer'
  let bytes = 0
  let code: number | null = null
  socket.on('upgrade', ({ socket: network }) => {
    network.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
  })
  socket.on('error', () => {})
  socket.on('close', (closedWith) => {
    code = closedWith
  })
  socket.on('message', (data: Buffer) => {
    const message = decode(Uint8Array.from(data))
    messages.push(message)
    if (message.type === 'sync-step-2' || message.type === 'update') Y.applyUpdate(doc, message.update)
  })
  await until(() => socket.readyState === WebSocket.OPEN, { what: 'the connection is open' })
  return {
    socket,
    messages,
    doc,
    get text() {
      return doc.getText('content').toString()
    },
    get bytes() {
      return bytes
    },
    get code() {
      return code
    },
    ask: () => socket.send(encode({ type: 'sync-step-1', stateVector: Y.encodeStateVector(doc) })),
  }
}

const offering: ClientOptions = { perMessageDeflate: { threshold: 0 } }
const plain: ClientOptions = { perMessageDeflate: false }

describe('[W34] compression', () => {
  test('makes a large answer a fraction, for those who offered it and nobody else', async () => {
    const { id, author } = await largeDocument('w34-answer')
    const [compressed, uncompressed] = [await reader(id, offering), await reader(id, plain)]
    expect([compressed.socket.extensions, uncompressed.socket.extensions]).toEqual(['permessage-deflate', ''])
    for (const each of [compressed, uncompressed]) each.ask()
    await until(() => compressed.text === large && uncompressed.text === large)
    expect(compressed.bytes).toBeLessThan(large.length / 10)
    expect(uncompressed.bytes).toBeGreaterThan(large.length)
    for (const each of [compressed, uncompressed]) each.socket.close()
    author.close()
  })

  test('is there for all of many who come at once, and for those who come later', async () => {
    const { id, author } = await largeDocument('w34-many')
    const readers = await Promise.all(Array.from({ length: 20 }, () => reader(id, offering)))
    for (const each of readers) each.ask()
    await until(() => readers.every(({ text }) => text === large))
    const late = await reader(id, offering)
    late.ask()
    await until(() => late.text === large)
    for (const { bytes, socket } of [...readers, late]) {
      expect(bytes).toBeLessThan(large.length / 10)
      socket.close()
    }
    author.close()
  })

  test('loses nothing that is written while an answer is being compressed', async () => {
    const { id, author } = await largeDocument('w34-meanwhile')
    for (let round = 0; round < 20; round++) {
      const late = await reader(id, offering)
      late.ask()
      author.text.insert(0, `<${round}>`)
      author.text.delete(author.text.length - 1, 1)
      await until(() => late.text === author.text.toString(), {
        what: `the reader of round ${round} has it all`,
      })
      late.socket.close()
    }
    author.close()
  })

  test('leaves updates and small answers alone', async () => {
    const id = await server.create('w34-small')
    const raw = await rawSocket(server.port, `/sync/${id}`, {
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    })
    raw.write(clientFrame(opcodes.binary, encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })))
    await until(() => raw.messages.length === 2)
    const author = wireClient(server.port, id)
    await until(() => author.all('sync-step-2').length === 1)
    author.text.insert(0, large)
    // It throws at a frame that is compressed.
    await until(() => raw.messages.some((bytes) => decode(bytes).type === 'update'))
    raw.destroy()
    author.close()
  })

  test('is not made for one who can look back less far', async () => {
    const { id, author } = await largeDocument('w34-window')
    const small = await reader(id, { perMessageDeflate: { serverMaxWindowBits: 10 } })
    expect(small.socket.extensions).toBe('')
    small.ask()
    await until(() => small.text === large)
    small.socket.close()
    author.close()
  })

  test('is taken from clients, in one frame or several', async () => {
    const id = await server.create('w34-client')
    const writer = await reader(id, offering)
    writer.ask()
    writer.socket.send(encode({ type: 'update', update: updateOf(1, large) }))
    const whole = encode({ type: 'update', update: updateOf(2, large) })
    writer.socket.send(whole.subarray(0, 5_000), { fin: false })
    writer.socket.send(whole.subarray(5_000), { fin: true })
    await until(() => writer.text.length === 2 * large.length)
    expect(await server.stored(id).then((doc) => doc.getText('content').length)).toBe(2 * large.length)
    writer.socket.close()
  })

  test('of a bomb is followed as far as the largest message, and ends with 1009', async () => {
    const id = await server.create('w34-bomb')
    const before = process.memoryUsage.rss()
    const bomb = deflateRawSync(new Uint8Array(1024 * 1024 * 1024), { level: 9 }).subarray(0, 900_000)
    const raw = await rawSocket(server.port, `/sync/${id}`, {
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    })
    const frame = clientFrame(opcodes.binary, bomb)
    frame[0] = (frame[0] ?? 0) | 0x40
    raw.write(frame)
    expect(await raw.closeCode()).toBe(1009)
    expect(process.memoryUsage.rss() - before).toBeLessThan(16 * limits.writerFrameBytes)
    raw.destroy()
  })

  test('that is none ends with 1007, and the others go on', async () => {
    const { id, author } = await largeDocument('w34-garbage')
    const raw = await rawSocket(server.port, `/sync/${id}`, {
      headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    })
    const frame = clientFrame(opcodes.binary, Uint8Array.of(0xff, 0xff, 0xff))
    frame[0] = (frame[0] ?? 0) | 0x40
    raw.write(frame)
    expect(await raw.closeCode()).toBe(1007)
    author.text.insert(0, 'x')
    await until(() => author.receipted === author.sent)
    author.close()
  })
})
