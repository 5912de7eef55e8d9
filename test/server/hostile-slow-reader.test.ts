import { decode, encode, limits } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { clientFrame, opcodes, rawSocket } from '../support/raw-socket.ts'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { updateOf, wireClient } from '../support/wire-client.ts'

/** More than the kernels on both sides take. */
const huge = { textLength: 64 * 1024 * 1024, stateBytes: 64 * 1024 * 1024 }

let server: SyncServer

beforeAll(async () => {
  server = await syncServer({ bounds: huge })
})
afterAll(() => server.stop())

describe('[W24] a slow reader', () => {
  /** A document whose text is replaced again and again: much to tell, little to keep. Returns the last text. */
  async function flood(port: number, id: string, megabytes: number): Promise<string> {
    let last = ''
    for (let part = 0; part < megabytes / 8; part++) {
      const writer = wireClient(port, id, { query: '?receipts=1' })
      await until(() => writer.all('sync-step-2').length === 1)
      for (let round = 0; round < 32; round++) {
        writer.doc.transact(() => {
          writer.text.delete(0, writer.text.length)
          writer.text.insert(0, `${round % 10}`.repeat(256 * 1024))
        })
        await until(() => writer.receipted === writer.sent)
      }
      last = writer.text.toString()
      writer.close()
    }
    return last
  }

  test('is not queued for without bound, and catches up by one difference when it reads again', async () => {
    const id = await server.create('w24')
    const slow = await rawSocket(server.port, `/sync/${id}`)
    slow.write(clientFrame(opcodes.binary, encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })))
    await until(() => slow.messages.length === 2)
    slow.socket.pause()
    const written = await flood(server.port, id, 48)
    slow.socket.resume()
    const read = new Y.Doc()
    let bytes = 0
    await until(
      () => {
        for (const message of slow.messages.splice(0)) {
          bytes += message.length
          const said = decode(message)
          if (said.type === 'sync-step-2' || said.type === 'update') Y.applyUpdate(read, said.update)
        }
        return read.getText('content').toString() === written
      },
      { withinMs: 60_000 },
    )
    expect(bytes).toBeLessThan(48 * 1024 * 1024)
    slow.destroy()
  })

  test('is sent away when it does not read for 15 s, and the others do not notice', {
    timeout: 60_000,
  }, async () => {
    const id = await server.create('w24-deaf')
    const honest = wireClient(server.port, id, { query: '?receipts=1' })
    await until(() => honest.all('sync-step-2').length === 1)
    // More than the kernels on both sides take, which may be 37 MB.
    for (let clientId = 1; clientId <= 3; clientId++) {
      honest.send({ type: 'update', update: updateOf(clientId, 'x'.repeat(15 * 1024 * 1024)) })
      await until(() => honest.receipted === honest.sent, { withinMs: 20_000 })
    }
    const deaf = await rawSocket(server.port, `/sync/${id}`, { deaf: true })
    deaf.write(clientFrame(opcodes.binary, encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })))
    const began = performance.now()
    let slowest = 0
    await until(
      async () => {
        const asked = performance.now()
        honest.send({ type: 'update', update: updateOf(1_000 + honest.sent, '.') })
        await until(() => honest.receipted === honest.sent)
        slowest = Math.max(slowest, performance.now() - asked)
        return server.rooms.stats().peers === 1
      },
      { withinMs: limits.laggingMs + 10_000 },
    )
    expect(performance.now() - began).toBeGreaterThan(limits.laggingMs - 1_000)
    // A fold of these 45 MiB may be written meanwhile, and commits wait for it.
    expect(slowest).toBeLessThan(8_000)
    deaf.destroy()
    honest.close()
  })
})
