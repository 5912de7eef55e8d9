/** A bad network: a TCP proxy that cuts bytes into small pieces, holds them back, and breaks connections. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Random } from './random.ts'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** From now on bytes travel in pieces of 1 to this many; `null`: as they come. */
  chop(largest: number | null): void
  /** Nothing passes any more, and nobody is told. */
  hold(directions: readonly Direction[]): void
  /** What was held back goes on its way. */
  release(): void
  /** Ends all connections, at once and without a word. */
  cut(): void
}

type Direction = 'to-server' | 'to-client'

export async function tcpProxy(target: number, dice: Random): Promise<TcpProxy> {
  const lines = new Set<Line>()
  const held = new Set<Direction>()
  let largest: number | null = null

  const server = createServer((client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true })
    const both = [line(client, upstream, 'to-server'), line(upstream, client, 'to-client')]
    const end = () => {
      for (const { from, to } of both) {
        from.destroy()
        to.destroy()
      }
      for (const each of both) lines.delete(each)
    }
    for (const each of both) {
      lines.add(each)
      each.from.on('error', end)
      each.from.on('close', end)
    }
  })

  function line(from: Socket, to: Socket, direction: Direction): Line {
    const made: Line = { from, to, direction, waiting: [] }
    from.setNoDelay(true)
    from.on('data', (bytes) => {
      if (held.has(direction)) made.waiting.push(bytes)
      else pass(made, bytes)
    })
    return made
  }

  function pass({ to }: Line, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !to.destroyed; ) {
      const length = largest === null ? bytes.length : 1 + dice.below(largest)
      to.write(bytes.subarray(at, at + length))
      at += length
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    chop(pieces) {
      largest = pieces
    },
    hold(directions) {
      for (const direction of directions) held.add(direction)
    },
    release() {
      held.clear()
      for (const each of lines) for (const bytes of each.waiting.splice(0)) pass(each, bytes)
    },
    cut() {
      for (const { from } of [...lines]) from.resetAndDestroy()
    },
    async [Symbol.asyncDispose]() {
      for (const { from } of [...lines]) from.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Line {
  readonly from: Socket
  readonly to: Socket
  readonly direction: Direction
  readonly waiting: Uint8Array[]
}
