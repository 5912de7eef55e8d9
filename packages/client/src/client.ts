/**
 * The REST API as functions, one for each route and named like it. Types come from the routes themselves; nothing
 * of their schemas is in the bundle.
 */
import type { Problem, RouteAnswer, RouteInput } from '@weft/protocol'
import type { Routes } from '@weft/protocol/routes'
import { base, type Endpoint, endpoints } from './endpoints.ts'
import { ProblemError, Unreachable } from './errors.ts'

export type Client = { readonly [Name in keyof Routes]: Call<Routes[Name]> }

export interface ClientOptions {
  /** Where the server is, such as `https://weft.example`. Left out: where the page is from. */
  readonly baseUrl?: string
  readonly fetch?: typeof globalThis.fetch
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** Rejects with {@link ProblemError}, or {@link Unreachable}. */
type Call<Route> =
  unknown extends RouteInput<Route>
    ? (input?: NoInput, options?: CallOptions) => Promise<Answer<Route, NoInput>>
    : Record<never, never> extends RouteInput<Route>
      ? <const Input extends RouteInput<Route>>(
          input?: Input,
          options?: CallOptions,
        ) => Promise<Answer<Route, Input>>
      : <const Input extends RouteInput<Route>>(
          input: Input,
          options?: CallOptions,
        ) => Promise<Answer<Route, Input>>

type NoInput = Readonly<Record<string, never>>

/** `null`: still the revision that `if-none-match` names. */
type Answer<Route, Input> = Input extends { readonly headers: { readonly 'if-none-match': string } }
  ? RouteAnswer<Route, Input> | null
  : RouteAnswer<Route, Input>

/** What a call may hold, whichever route it is for. */
interface Request {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
}

export function createClient(options: ClientOptions = {}): Client {
  const origin = (options.baseUrl ?? '').replace(/\/+$/, '')
  // Looked up at each call: a page may wrap it after this client was made.
  const send: typeof globalThis.fetch = options.fetch ?? ((...args) => globalThis.fetch(...args))

  async function call(
    name: keyof Routes,
    request: Request = {},
    callOptions: CallOptions = {},
  ): Promise<unknown> {
    const { method, path, accept, type: textType, answersWith }: Endpoint = endpoints[name]
    const url = `${origin}${base}${fill(path, request.params)}${search(request.query)}`
    const { body, type } = encodeBody(request.body, textType)
    const headers = defined({ accept, 'content-type': type, ...request.headers })
    const { signal } = callOptions
    const response = await unlessUnreachable(signal, () =>
      send(url, {
        method: method.toUpperCase(),
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
    return unlessUnreachable(signal, () => decode(response, { form: headers.accept, answersWith }))
  }

  const names = Object.keys(endpoints) as (keyof Routes)[]
  // One generic function stands behind all names: what it takes and gives is the types' knowledge alone.
  return Object.fromEntries(
    names.map((name) => [name, (request?: Request, options?: CallOptions) => call(name, request, options)]),
  ) as unknown as Client
}

function fill(path: string, params: Request['params'] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function search(query: Request['query'] = {}): string {
  const pairs = Object.entries(defined(query)).map(([name, value]): [string, string] => [name, String(value)])
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

function defined<Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const entries = Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}

function encodeBody(
  body: unknown,
  textType?: string,
): { body?: string | Uint8Array<ArrayBuffer>; type?: string } {
  if (body === undefined) return {}
  if (body instanceof Uint8Array) return { body: new Uint8Array(body), type: 'application/octet-stream' }
  if (typeof body === 'string' && textType !== undefined) return { body, type: textType }
  return { body: JSON.stringify(body), type: 'application/json' }
}

interface Asked {
  readonly form: string | undefined
  readonly answersWith: Endpoint['answersWith']
}

/** Pages come from whoever stands in between, unless one was asked for. */
async function decode(response: Response, { form, answersWith }: Asked): Promise<unknown> {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]
  if (type === 'application/problem+json') throw new ProblemError((await response.json()) as Problem)
  if (response.status === 304) return null
  if (!response.ok) throw new Unreachable(`an answer that is not Weft's, with status ${response.status}`)
  if (response.status === 204) return undefined
  const etag = response.headers.get('etag') ?? ''
  if (answersWith === 'a file') return { bytes: new Uint8Array(await response.arrayBuffer()), etag }
  switch (type === 'text/html' && form !== type ? null : type) {
    case 'application/json':
      return response.json()
    case 'application/octet-stream':
    case 'application/x-yjs-update':
      return { bytes: new Uint8Array(await response.arrayBuffer()), etag }
    case 'text/markdown':
    case 'text/html':
    case 'text/plain':
      return { text: exactText(await response.arrayBuffer()), etag }
    default:
      throw new Unreachable(`an answer that is not Weft's, of type ${type}`)
  }
}

/** With a byte order mark that it begins with, which counts in its offsets: `Response.text` takes it away. */
function exactText(bytes: ArrayBuffer): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

/** A call that its caller has aborted rejects with the caller's reason, not as if the server were away. */
async function unlessUnreachable<Result>(
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProblemError || error instanceof Unreachable || signal?.aborted) throw error
    throw new Unreachable('the server does not answer', { cause: error })
  }
}
