/** HTTP written by hand, for what no client would send. */
import { rawConnection } from './raw-socket.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends `parts`, one after the other as the network takes them, and reads one answer. The connection then ends. */
export async function rawHttp(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const socket = await rawConnection(port, '')
  const answered = new Promise<RawAnswer>((resolve, reject) => {
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
      const answer = whole(received)
      if (answer !== null) resolve(answer)
    })
    socket.on('close', () => reject(new Error(`ended after ${JSON.stringify(received)}`)))
  })
  // The answer may come, and the connection end, before everything is sent.
  answered.catch(() => {})
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  for (const part of parts) {
    if (socket.destroyed || !socket.writable) break
    await Promise.race([new Promise<void>((resolve) => socket.write(part, () => resolve())), ended])
  }
  try {
    return await answered
  } finally {
    socket.destroy()
  }
}

function whole(received: string): RawAnswer | null {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const body = received.slice(end + 4)
  if (body.length < Number(headers['content-length'] ?? 0)) return null
  return { status: Number(statusLine.split(' ')[1]), headers, body }
}
