/** The stock y-websocket server, in memory, as its own start script sets it up. Arguments: port, folder of its modules. */
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { peerModules } from './peer-modules.ts'

interface Ws6 {
  readonly default: {
    readonly Server: new (options: {
      readonly noServer: true
    }) => {
      handleUpgrade(
        request: IncomingMessage,
        socket: Duplex,
        head: Buffer,
        done: (webSocket: object) => void,
      ): void
    }
  }
}
interface Utils {
  setupWSConnection(webSocket: object, request: IncomingMessage): void
}

const [port, folder = ''] = process.argv.slice(2)
const load = await peerModules(folder)
const ws = (await load('ws')) as Ws6
const { setupWSConnection } = (await load('@y/websocket-server/utils')) as Utils

const webSockets = new ws.default.Server({ noServer: true })
const server = createServer((_, response) => response.end('okay'))
server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (webSocket) => setupWSConnection(webSocket, request))
})
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4_096 }, () => console.log('ready'))
