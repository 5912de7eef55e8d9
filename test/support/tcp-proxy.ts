/**
 * A bad network: a TCP proxy that cuts bytes into small pieces, delays or holds them, swallows them, and breaks
 * connections at both ends or at one.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Random } from './random.ts'

export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** From now on bytes travel in pieces of 1 to this many; `null`: as they come. */
  chop(largest: number | null): void
  /** From now on each piece is up to so many milliseconds on its way; `null`: as quick as it goes. */
  delay(longestMs: number | null): void
  /** Nothing passes any more, and nobody is told. */
  hold(directions: readonly Direction[]): void
  /** What was held back goes on its way. */
  release(): void
  /** What goes through the connections that are open now is lost, and nobody is told until they are cut. */
  swallow(): void
  /** Ends all connections, at once and without a word. */
  cut(): void
  /** Ends all connections for their clients; the server is not told until they are cut. */
  cutHalf(): void
}

type Direction = 'to-server' | 'to-client'

export async function tcpProxy(target: number, dice: Random): Promise<TcpProxy> {
  const connections = new Set<Connection>()
  const held = new Set<Direction>()
  let largest: number | null = null
  let longestMs: number | null = null

  const server = createServer((client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true })
    const connection: Connection = {
      client,
      upstream,
      isHalf: false,
      lines: [line(client, upstream, 'to-server'), line(upstream, client, 'to-client')],
    }
    connections.add(connection)
    client.on('error', () => {})
    upstream.on('error', () => {})
    upstream.on('close', () => end(connection))
    client.on('close', () => {
      if (!connection.isHalf) end(connection)
    })
  })

  function end(connection: Connection): void {
    connections.delete(connection)
    connection.client.destroy()
    connection.upstream.destroy()
  }

  function line(from: Socket, to: Socket, direction: Direction): Line {
    const made: Line = { to, direction, waiting: [], isLost: false, pieces: 0, underWay: Promise.resolve() }
    from.setNoDelay(true)
    from.on('data', (bytes) => {
      if (made.isLost) return
      if (held.has(direction)) made.waiting.push(bytes)
      else travel(made, bytes)
    })
    return made
  }

  /** One after the other: nothing overtakes on a line. */
  function travel(made: Line, bytes: Uint8Array): void {
    if (longestMs === null && made.pieces === 0) return pass(made, bytes)
    const arrival = performance.now() + dice.below(longestMs ?? 1)
    made.pieces += 1
    made.underWay = made.underWay.then(async () => {
      const ms = arrival - performance.now()
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
      made.pieces -= 1
      pass(made, bytes)
    })
  }

  function pass({ to, isLost }: Line, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !to.destroyed && !isLost; ) {
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
    delay(longest) {
      longestMs = longest
    },
    hold(directions) {
      for (const direction of directions) held.add(direction)
    },
    release() {
      held.clear()
      for (const { lines } of connections) {
        for (const each of lines) for (const bytes of each.waiting.splice(0)) travel(each, bytes)
      }
    },
    swallow() {
      for (const { lines } of connections) {
        for (const each of lines) {
          each.isLost = true
          each.waiting = []
        }
      }
    },
    cut() {
      for (const { client, upstream } of [...connections]) {
        client.resetAndDestroy()
        upstream.resetAndDestroy()
      }
    },
    cutHalf() {
      for (const connection of connections) {
        const { client, lines } = connection
        for (const each of lines) each.isLost = true
        connection.isHalf = true
        client.resetAndDestroy()
      }
    },
    async [Symbol.asyncDispose]() {
      for (const connection of [...connections]) end(connection)
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Connection {
  readonly client: Socket
  readonly upstream: Socket
  readonly lines: readonly Line[]
  /** The client is gone, and the server does not know. */
  isHalf: boolean
}

interface Line {
  readonly to: Socket
  readonly direction: Direction
  waiting: Uint8Array[]
  isLost: boolean
  /** Pieces under way. */
  pieces: number
  underWay: Promise<void>
}
