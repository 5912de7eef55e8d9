/**
 * Follows a stream of events for as long as its reader wants, over broken connections and restarts of the server. The
 * id of the last event is the place to go on from, so none is missed and none comes twice.
 */
import type { DocumentEvent, PresenceEvent, Problem, ServerEvent } from '@weft/protocol'
import type { ClientOptions } from './client.ts'
import { base } from './endpoints.ts'
import { ProblemError, Unreachable } from './errors.ts'
import { sentEvents } from './sent-events.ts'

export interface FollowOptions {
  /** An event's id, of a document also a revision. Left out: from now on. */
  readonly after?: string
  /** Ends it: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Waits so long before another try. Left out: a server that is away ends it with {@link Unreachable}. */
  readonly pause?: (ms: number) => Promise<void>
}

/** `id`: where to follow on after it; `null` for presence, which is told anew by each stream. */
export interface Followed<Event> {
  readonly event: Event
  readonly id: string | null
}

export interface Follow {
  /** Rejects with {@link ProblemError} when the server says no for good. */
  document(
    id: string,
    options?: FollowOptions,
  ): AsyncGenerator<Followed<DocumentEvent | PresenceEvent>, never, undefined>
  all(options?: FollowOptions): AsyncGenerator<Followed<ServerEvent>, never, undefined>
}

const firstPauseMs = 500
const longestPauseMs = 30_000

export function createFollow({ baseUrl = '', fetch }: ClientOptions = {}): Follow {
  const api = `${baseUrl.replace(/\/+$/, '')}${base}`
  const send: typeof globalThis.fetch = fetch ?? ((...args) => globalThis.fetch(...args))

  async function open(url: string, id: string | null, { signal }: FollowOptions): Promise<Response> {
    const headers = { accept: 'text/event-stream', ...(id === null ? {} : { 'last-event-id': id }) }
    const response = await send(url, { headers, ...(signal === undefined ? {} : { signal }) })
    const type = (response.headers.get('content-type') ?? '').split(';')[0]
    if (type === 'application/problem+json') throw new ProblemError((await response.json()) as Problem)
    if (!response.ok || type !== 'text/event-stream')
      throw new Unreachable(`an answer that is not Weft's, with status ${response.status}`)
    return response
  }

  async function* events<Event>(
    url: string,
    options: FollowOptions,
  ): AsyncGenerator<Followed<Event>, never, undefined> {
    let id = options.after ?? null
    let pauseMs = firstPauseMs
    for (;;) {
      let failure: unknown = null
      try {
        for await (const sent of sentEvents(await open(url, id, options))) {
          id = sent.id ?? id
          pauseMs = firstPauseMs
          if (sent.data !== null) yield { event: JSON.parse(sent.data) as Event, id: sent.id }
        }
      } catch (error) {
        if (options.signal?.aborted || !isForNow(error)) throw error
        failure = error
      }
      if (options.pause === undefined) throw unreachable(failure)
      await options.pause(pauseMs)
      pauseMs = Math.min(2 * pauseMs, longestPauseMs)
    }
  }

  return {
    document: (id, options = {}) => events(`${api}/documents/${encodeURIComponent(id)}/events`, options),
    all: (options = {}) => events(`${api}/events`, options),
  }
}

/** It may go well the next time. What a reader's own code throws never comes here. */
function isForNow(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.status === 429 || error.status === 503
}

function unreachable(cause: unknown): Error {
  if (cause instanceof ProblemError || cause instanceof Unreachable) return cause
  return new Unreachable('the stream of events ended', { cause })
}
