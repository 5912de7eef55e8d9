/** A stream of server-sent events, as the standard has it read, but for what Weft does not send: comments are skipped. */

export interface SentEvent {
  /** `null`: it has none. */
  readonly id: string | null
  /** `null`: there is only an id. */
  readonly data: string | null
}

/** Ends with the stream. An event that was cut off is not told: it comes again. */
export async function* sentEvents(response: Response): AsyncGenerator<SentEvent, void, undefined> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  const pieces: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const piece = decoder.decode(value, { stream: true })
      pieces.push(piece)
      // An end of two characters may lie in two pieces; a large event comes in many, and is joined once.
      const isEnd = piece.includes('\n\n') || (piece.startsWith('\n') && pieces.at(-2)?.endsWith('\n'))
      if (!isEnd) continue
      const blocks = pieces.splice(0).join('').split('\n\n')
      pieces.push(blocks.pop() ?? '')
      for (const block of blocks) {
        const event = eventOf(block)
        if (event !== null) yield event
      }
    }
  } finally {
    await reader.cancel()
  }
}

function eventOf(block: string): SentEvent | null {
  let [id, data]: [string | null, string | null] = [null, null]
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4)
    if (line.startsWith('data: ')) data = line.slice(6)
  }
  return id === null && data === null ? null : { id, data }
}
