/** Reads a stream of events as any program would, over plain HTTP, and notes what comes. */
import { get, type IncomingMessage } from 'node:http'
import { until } from './until.ts'

export interface ReadEvent {
  readonly type: string
  /** `null`: it had none. */
  readonly id: string | null
  readonly data: Readonly<Record<string, unknown>>
}

export interface EventReader {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** So far, in order. */
  readonly events: readonly ReadEvent[]
  /** The last id that came, with an event or without. */
  readonly lastId: string | null
  /** Lines that begin with a colon. */
  readonly comments: number
  /** All that came. */
  readonly text: string
  readonly hasEnded: boolean
  /** The server ended it, in order. */
  readonly isComplete: boolean
  /** Waits for an event of that type that was not waited for before. */
  next(type: string): Promise<ReadEvent>
  stop(): void
}

/** Resolves with the answer's head. */
export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  const events: ReadEvent[] = []
  let [text, rest, lastId, comments, hasEnded, taken] = ['', '', null as string | null, 0, false, 0]
  const request = get(url, { headers, agent: false })
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', (error) => {
      hasEnded = true
      reject(error)
    })
  })

  function takeBlock(block: string): void {
    const fields = new Map<string, string>()
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) comments++
      const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? []
      if (name !== undefined && value !== undefined) fields.set(name, value)
    }
    lastId = fields.get('id') ?? lastId
    const data = fields.get('data')
    if (data === undefined) return
    const id = fields.get('id') ?? null
    events.push({ type: fields.get('event') ?? 'message', id, data: JSON.parse(data) })
  }

  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) takeBlock(block)
  })
  response.on('close', () => {
    hasEnded = true
  })
  response.on('error', () => {})

  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    get lastId() {
      return lastId
    },
    get comments() {
      return comments
    },
    get text() {
      return text
    },
    get hasEnded() {
      return hasEnded
    },
    get isComplete() {
      return hasEnded && response.complete
    },
    next: (type) =>
      until(
        () => {
          const index = events.findIndex((event, at) => at >= taken && event.type === type)
          if (index === -1) return undefined
          taken = index + 1
          return events[index]
        },
        { what: `an event says ${type}` },
      ),
    stop: () => request.destroy(),
  }
}
