/**
 * Somebody who does too much of what is allowed, in a process of their own: `node hostile-program.ts <port> <attack>
 * <milliseconds> <document>…`. The first document is a large one.
 */
import { encode } from '@weft/protocol'
import { presenceStates } from '../support/presence.ts'
import { clientFrame, opcodes, type RawSocket, rawSocket } from '../support/raw-socket.ts'
import { until } from '../support/until.ts'
import { updateOf } from '../support/wire-client.ts'

const [, , portText = '', attack = '', msText = '', ...documents] = process.argv
const port = Number(portText)
const end = performance.now() + Number(msText)
const large = documents[0] ?? ''

const join = (document: string, deaf = false) => rawSocket(port, `/sync/${document}`, { deaf })

/** As fast as the server takes it. */
async function flood(raw: RawSocket, message: (index: number) => Uint8Array): Promise<void> {
  let sent = 0
  while (performance.now() < end && !raw.ended) {
    const burst = Array.from({ length: 20 }, () => clientFrame(opcodes.binary, message(sent++)))
    raw.messages.length = 0
    if (raw.socket.write(Buffer.concat(burst))) await new Promise((resolve) => setImmediate(resolve))
    else
      await until(() => raw.socket.writableLength === 0 || raw.ended || performance.now() > end, {
        withinMs: 60_000,
      })
  }
  raw.destroy()
}

const step1 = encode({ type: 'sync-step-1', stateVector: Uint8Array.of(0) })
const four = () => Promise.all(Array.from({ length: 4 }, () => join(large)))

const attacks: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Ten who ask for a large document again and again and do not read. */
  async 'slow-readers'() {
    const deaf = await Promise.all(Array.from({ length: 10 }, () => join(large, true)))
    for (let times = 0; times < 50; times++)
      for (const raw of deaf) raw.write(clientFrame(opcodes.binary, step1))
    await until(() => performance.now() > end, { withinMs: 60_000 })
    for (const raw of deaf) raw.destroy()
  },
  async presence() {
    const fill = 'x'.repeat(3_800)
    const raws = await four()
    await Promise.all(
      raws.map((raw, index) =>
        flood(raw, (clock) =>
          encode({
            type: 'presence',
            states: presenceStates([{ client: 70 + index, clock, state: { fill, clock } }]),
          }),
        ),
      ),
    )
  },
  /** Opens document after document, and leaves them. */
  async rooms() {
    for (let index = 0; performance.now() < end; index++) {
      const raw = await join(documents[index % documents.length] ?? '')
      raw.write(clientFrame(opcodes.binary, step1))
      raw.destroy()
    }
  },
  async 'sync-step-1'() {
    await Promise.all((await four()).map((raw) => flood(raw, () => step1)))
  },
  async updates() {
    const raws = await four()
    await Promise.all(
      raws.map((raw, number) =>
        flood(raw, (index) =>
          encode({ type: 'update', update: updateOf(1_000_000 * (number + 1) + index, '.') }),
        ),
      ),
    )
  },
}

await attacks[attack]?.()
process.exit(0)
