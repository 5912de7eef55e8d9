import { closeCodes, encode, limits } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientFrame, opcodes, rawSocket } from '../support/raw-socket.ts'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

let server: SyncServer
/** Time of this one's WebSockets passes only when a test says so. */
let still: SyncServer
const time = new VirtualTimers()

beforeAll(async () => {
  server = await syncServer({ bounds: { textLength: limits.writerFrameBytes } })
  still = await syncServer({ timers: time })
})
afterAll(async () => {
  await server.stop()
  const stopped = still.stop()
  time.advance(60_000)
  await stopped
})

describe.concurrent('[W8] a final close', () => {
  test('waits 2.5 s, in which the server neither reads nor tells anything more', async () => {
    const id = await server.create('w8')
    const [bad, honest] = [wireClient(server.port, id, { manual: true }), wireClient(server.port, id)]
    await until(() => honest.all('sync-step-2').length === 1)
    await bad.opened()
    const began = performance.now()
    bad.sendBytes(Uint8Array.of(77))
    bad.send({ type: 'update', update: updateOf(1, 'too late') })
    honest.text.insert(0, 'after')
    expect(await bad.closeCode()).toBe(closeCodes.malformed)
    expect(performance.now() - began).toBeGreaterThanOrEqual(limits.finalCloseDelayMs - 50)
    expect(bad.all('update')).toEqual([])
    expect((await server.stored(id)).getText('content').toString()).toBe('after')
    expect(bad.closed?.reason).toBe('malformed')
    honest.close()
  })
})

describe.concurrent('[W10] what is no message ends the connection with 4400', () => {
  const cases: Readonly<Record<string, Uint8Array>> = {
    'an empty frame': Uint8Array.of(),
    'the auth message': Uint8Array.of(2, 0, 2, 0x6e, 0x6f),
    'a receipt, which only the server gives': Uint8Array.of(100, 1, 1),
    'an unknown type': Uint8Array.of(77, 1, 1),
    'an unknown sync type': Uint8Array.of(0, 9, 0),
  }
  for (const [name, bytes] of Object.entries(cases)) {
    test(name, async () => {
      const id = await server.create(`w10-${Object.keys(cases).indexOf(name)}`)
      const client = wireClient(server.port, id, { manual: true })
      await client.opened()
      client.sendBytes(bytes)
      expect(await client.closeCode()).toBe(closeCodes.malformed)
    })
  }

  test('a text frame', async () => {
    const raw = await rawSocket(server.port, `/sync/${await server.create('w10-text')}`)
    raw.write(clientFrame(opcodes.text, Buffer.from('{"type":"hello"}')))
    expect(await raw.closeCode()).toBe(closeCodes.malformed)
  })
})

describe.concurrent('[W17] who may only read', () => {
  for (const role of ['viewer', 'commenter'] as const) {
    for (const type of ['update', 'sync-step-2'] as const) {
      test(`is closed with 4403 for a ${type} as a ${role}, and nothing of it is kept`, async () => {
        const readers = await syncServer({ roleOf: () => role })
        const id = await readers.create('w17')
        const client = wireClient(readers.port, id, { manual: true })
        await client.opened()
        client.send({ type, update: updateOf(1, 'written by a reader') })
        expect(await client.closeCode()).toBe(closeCodes.forbidden)
        expect((await readers.storage.updates.read(id, 0)).head).toBe(0)
        await readers.stop()
      })
    }
  }
})

describe.concurrent('[W20] the lineage', () => {
  test('that a client names must be the document’s, else 4409', async () => {
    const id = await server.create('w20')
    const right = wireClient(server.port, id, { query: `?lineage=lineage-of-${id}` })
    await until(() => right.all('sync-step-2').length === 1)
    const other = wireClient(server.port, id, { query: '?lineage=another' })
    expect(await other.closeCode()).toBe(closeCodes['out-of-sync'])
    expect(other.received).toEqual([])
    right.close()
  })
})

describe.concurrent('[W21] sizes', () => {
  test('a writer may send 16 MiB at once, and no more: 1009', async () => {
    const id = await server.create('w21')
    const client = wireClient(server.port, id, { query: '?receipts=1' })
    await until(() => client.all('sync-step-2').length === 1)
    client.text.insert(0, 'x'.repeat(limits.writerFrameBytes - 1_000))
    await until(() => client.receipted === client.sent, { withinMs: 30_000 })
    client.sendBytes(new Uint8Array(limits.writerFrameBytes + 1))
    expect(await client.closeCode()).toBe(1009)
  })

  test('a reader may send 1 MiB', async () => {
    const readers = await syncServer({ roleOf: () => 'viewer' })
    const client = wireClient(readers.port, await readers.create('w21-reader'), { manual: true })
    await client.opened()
    client.sendBytes(new Uint8Array(limits.viewerFrameBytes + 1))
    expect(await client.closeCode()).toBe(1009)
    await readers.stop()
  })

  test('a frame is refused by its header, before its bytes are there', async () => {
    const raw = await rawSocket(server.port, `/sync/${await server.create('w21-header')}`)
    const header = clientFrame(opcodes.binary, new Uint8Array(0)).subarray(0, 2)
    header[1] = 0x80 | 127
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(200n * 1024n * 1024n)
    raw.write(Buffer.concat([header, length]))
    expect(await raw.closeCode()).toBe(1009)
  })

  test('a flood of messages is read at its rate, not refused', async () => {
    const id = await server.create('w21-flood')
    const client = wireClient(server.port, id, { manual: true })
    await client.opened()
    const began = performance.now()
    const count = limits.messagesBurst + 4 * limits.messagesPerSecond
    for (let index = 0; index < count; index++) client.sendBytes(Uint8Array.of(3))
    client.send({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
    await until(() => client.all('sync-step-2').length === 1)
    expect(performance.now() - began).toBeGreaterThan(1_500)
    expect(client.isOpen).toBe(true)
    client.close()
  })

  test('a flood of pongs too, though nobody asked for them', async () => {
    const raw = await rawSocket(server.port, `/sync/${await server.create('w21-pongs')}`)
    const pong = clientFrame(opcodes.pong, Uint8Array.of(1))
    const began = performance.now()
    raw.write(Buffer.concat(Array(limits.messagesBurst + 4 * limits.messagesPerSecond).fill(pong)))
    raw.write(clientFrame(opcodes.binary, encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })))
    await until(() => raw.messages.some((message) => message[0] === 0 && message[1] === 1))
    expect(performance.now() - began).toBeGreaterThan(1_500)
    raw.destroy()
  })
})

describe('[W22] the heartbeat on a real connection', () => {
  test('pings, and says something to who hears nothing else', async () => {
    const raw = await rawSocket(still.port, `/sync/${await still.create('w22')}`)
    await until(() => raw.messages.length === 1)
    time.advance(limits.heartbeatMs + 1_000)
    await until(() => raw.controls.some(({ opcode }) => opcode === 9))
    await until(() => raw.messages.length === 2)
    expect(raw.messages[1]).toEqual(Uint8Array.of(1, 1, 0))
    raw.destroy()
  })

  test('ends a connection without any sign of life after 45 s', async () => {
    const raw = await rawSocket(still.port, `/sync/${await still.create('w22-dead')}`)
    await until(() => raw.messages.length === 1)
    time.advance(limits.deadMs - 1_000)
    expect(raw.ended).toBe(false)
    time.advance(2_000)
    await until(() => raw.ended)
    expect(still.endpoint.connections).toBe(0)
  })

  test('ends nobody for the time in which the server slept, and those who stay silent after it', async () => {
    const raw = await rawSocket(still.port, `/sync/${await still.create('w22-slept')}`)
    await until(() => raw.messages.length === 1)
    time.setClock(10 * 60_000)
    time.advance(limits.deadMs - 2_000)
    raw.write(clientFrame(opcodes.ping, Buffer.from('still here')))
    await until(() => raw.controls.some(({ opcode }) => opcode === opcodes.pong - 0x80) || raw.ended)
    expect(raw.ended).toBe(false)
    time.advance(limits.deadMs + 1_000)
    await until(() => raw.ended)
  })
})

describe('[W23] a message that is never finished', () => {
  test('ends with 1013', async () => {
    const raw = await rawSocket(still.port, `/sync/${await still.create('w23')}`)
    await until(() => raw.messages.length === 1)
    raw.write(clientFrame(0x02, new Uint8Array(100)))
    raw.write(clientFrame(opcodes.ping, Buffer.from('here')))
    await until(() => raw.controls.some(({ opcode }) => opcode === 10))
    time.advance(13_000)
    expect(await raw.closeCode()).toBe(closeCodes['too-slow'])
  })

  test('does not harm who finishes in time, in many pieces', async () => {
    const id = await still.create('w23-pieces')
    const raw = await rawSocket(still.port, `/sync/${id}`)
    const update = updateOf(1, 'in pieces')
    const message = Buffer.concat([Uint8Array.of(0, 2, update.length), update])
    raw.write(clientFrame(0x02, message.subarray(0, 5)))
    for (const byte of message.subarray(5, -1)) raw.write(clientFrame(0x00, Uint8Array.of(byte)))
    raw.write(clientFrame(0x80, message.subarray(-1)))
    await until(async () => (await still.stored(id)).getText('content').toString() === 'in pieces')
    time.advance(30_000)
    expect(raw.ended).toBe(false)
    raw.destroy()
  })
})
