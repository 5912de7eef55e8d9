/**
 * The least that a server can do: what one client sends goes to the others, frame by frame, unread. No document, no
 * check, nothing kept. With a file as second argument it answers every first message with that file's bytes instead,
 * compressed anew for each client: what ordinary compression of a large document costs.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

const [port, file] = process.argv.slice(2)
const answer = file === undefined ? null : readFileSync(file)
const rooms = new Map<string, Set<WebSocket>>()
const webSockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate:
    answer === null
      ? false
      : {
          serverNoContextTakeover: true,
          zlibDeflateOptions: { level: 3 },
          threshold: 1_024,
          concurrencyLimit: 10,
        },
})
const server = createServer()
server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.on('error', () => webSocket.terminate())
    if (answer !== null) {
      webSocket.once('message', () => webSocket.send(answer))
      return
    }
    const name = request.url ?? ''
    const room = rooms.get(name) ?? new Set()
    rooms.set(name, room.add(webSocket))
    webSocket.on('message', (message: Buffer) => {
      for (const other of room) if (other !== webSocket) other.send(message)
    })
    webSocket.on('close', () => room.delete(webSocket))
  })
})
server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4_096 }, () => console.log('ready'))
