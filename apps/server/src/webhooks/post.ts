/** Sends one request to an address that was checked, and reads the beginning of the answer. Follows nothing. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import { type AllowedHosts, checkedAddresses, parseTarget, type Resolve } from './address-guard.ts'

export interface Posted {
  readonly status: number
  /** The beginning of what was answered. */
  readonly response: string
  /** As it was sent. */
  readonly retryAfter: string | null
}

export interface Letter {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Rejects with a reason for people when there is no answer in time, or nothing may be sent there. */
export type Post = (letter: Letter) => Promise<Posted>

export interface PostDeps {
  readonly allowed: AllowedHosts
  readonly resolve: Resolve
  readonly timers: Timers
}

export function createPost({ allowed, resolve, timers }: PostDeps): Post {
  return async ({ url: text, headers, body }) => {
    const stop = new AbortController()
    const cancel = timers.after(limits.webhookMs, () => stop.abort(new Error('It did not answer in time.')))
    try {
      const url = parseTarget(text, allowed)
      const addresses = await unlessStopped(stop.signal, checkedAddresses(url, allowed, resolve))
      const lookup: LookupFunction = (_host, options, answer) => {
        if (options.all === true) answer(null, [...addresses])
        else answer(null, addresses[0].address, addresses[0].family)
      }
      const response = await answerTo(url, { headers, body, lookup, signal: stop.signal })
      const { statusCode: status = 0, headers: answered } = response
      return { status, response: await beginning(response), retryAfter: answered['retry-after'] ?? null }
    } finally {
      cancel()
      stop.abort(new Error('over'))
    }
  }
}

interface Sending {
  readonly headers: Letter['headers']
  readonly body: string
  readonly lookup: LookupFunction
  readonly signal: AbortSignal
}

/** Its own connection, ended after it: one that is kept would be to an address that was checked long ago. */
function answerTo(url: URL, { headers, body, lookup, signal }: Sending): Promise<IncomingMessage> {
  const isPlain = url.protocol === 'http:'
  const agent = isPlain ? new HttpAgent({ keepAlive: false }) : new HttpsAgent({ keepAlive: false })
  const options = {
    method: 'POST',
    agent,
    lookup,
    signal,
    maxHeaderSize: limits.headerBytes,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  }
  return new Promise((resolve, reject) => {
    const request = isPlain ? httpRequest(url, options) : httpsRequest(url, options)
    request.once('response', resolve)
    request.on('error', (error) => reject(signal.aborted ? signal.reason : error))
    // An answer that switches protocols closes the connection and is neither a response nor an error.
    request.once('close', () => reject(new Error('It ended the connection without an answer.')))
    request.end(body)
  })
}

/** What the status says is enough: an answer that breaks off or does not end is as good as one that does. */
async function beginning(response: IncomingMessage): Promise<string> {
  let bytes = 0
  const pieces: Buffer[] = []
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= limits.webhookAnswerBytes) break
    }
  } catch {
    // Broken off.
  }
  return Buffer.concat(pieces)
    .toString('utf8')
    .toWellFormed()
    .slice(0, limits.webhookKeptLength)
    .toWellFormed()
}

async function unlessStopped<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  stopped.catch(() => {})
  return Promise.race([work, stopped])
}
