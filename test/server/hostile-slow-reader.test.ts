import { decode, encode, limits } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { clientFrame, opcodes, rawSocket } from '../support/raw-socket.ts'
import { type SyncServer, syncServer } from '../support/sync-server.ts'
import { until } from '../support/until.ts'
import { wireClient } from '../support/wire-client.ts'

let server: SyncServer

beforeAll(async () => {
  server = await syncServer()
})
afterAll(() => server.stop())

describe.concurrent('[W24] a slow reader', () => {
  /** A document whose text is replaced again and again: much to tell, little to keep. */
  async function flood(port: number, id: string, megabytes: number): Promise<Y.Doc> {
    const writer = wireClient(port, id, { query: '?receipts=1' })
    await until(() => writer.all('sync-step-2').length === 1)
    for (let round = 0; round < megabytes * 4; round++) {
      writer.doc.transact(() => {
        writer.text.delete(0, writer.text.length)
        writer.text.insert(0, `${round % 10}`.repeat(256 * 1024))
      })
      await until(() => writer.receipted === writer.sent)
    }
    writer.close()
    return writer.doc
  }

  test('is not queued for without bound, and catches up by one difference when it reads again', async () => {
    const id = await server.create('w24')
    const slow = await rawSocket(server.port, `/sync/${id}`)
    slow.write(clientFrame(opcodes.binary, encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })))
    await until(() => slow.messages.length === 2)
    slow.socket.pause()
    const written = await flood(server.port, id, 24)
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
        return read.getText('content').toString() === written.getText('content').toString()
      },
      { withinMs: 20_000 },
    )
    expect(bytes).toBeLessThan(16 * 1024 * 1024)
    slow.destroy()
  })

  test('is sent away with 1013 when it does not read for 15 s', async () => {
    const id = await server.create('w24-deaf')
    const slow = await rawSocket(server.port, `/sync/${id}`, { deaf: true })
    await flood(server.port, id, 12)
    await until(() => server.rooms.stats().peers === 0 || server.endpoint.connections === 0, {
      withinMs: limits.laggingMs + 10_000,
    })
    slow.destroy()
  })
})
