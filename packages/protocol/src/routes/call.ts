/** What a program hands over to call a route, and what it gets: derived from the route objects, for typed clients. */
import type { z } from '@hono/zod-openapi'

export type RouteInput<Route> = Params<RequestOf<Route>> &
  Query<RequestOf<Route>> &
  Headers<RequestOf<Route>> &
  Body<RequestOf<Route>>

/** Of the answers with a 2xx status; of a route with several forms the one that it has without `accept`. */
export type RouteAnswer<Route, Input = unknown> = Route extends { responses: infer Responses }
  ? Success<Responses[keyof Responses & (200 | 201 | 202 | 204)], AcceptOf<Input>>
  : never

/** A text or binary answer comes with the revision it shows. */
export interface TextAnswer {
  readonly text: string
  readonly etag: string
}
export interface BytesAnswer {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly etag: string
}

type RequestOf<Route> = Route extends { request: infer Request } ? Request : unknown

type Params<Request> = Request extends { params: infer Schema extends z.ZodType }
  ? { readonly params: z.input<Schema> }
  : unknown

// Numbers are coerced from text on the server, so the schema's output is what a caller writes.
type Query<Request> = Request extends { query: infer Schema extends z.ZodType }
  ? { readonly query?: z.output<Schema> }
  : unknown

type Headers<Request> = Request extends { headers: infer Schema extends z.ZodType }
  ? { readonly headers?: z.input<Schema> }
  : unknown

type Body<Request> = Request extends { body: { content: infer Content } }
  ? { readonly body: BodyOf<Content> }
  : unknown

type BodyOf<Content> =
  Content extends JsonContent<infer Schema>
    ? z.input<Schema>
    : Content extends { 'application/octet-stream': unknown } | { '*/*': unknown }
      ? Uint8Array<ArrayBuffer>
      : string

type JsonContent<Schema extends z.ZodType> = { 'application/json': { schema: Schema } }

type AcceptOf<Input> = Input extends { readonly headers: { readonly accept: infer Accept } }
  ? Accept
  : unknown

type Success<Response, Accept> = Response extends { content: infer Content }
  ? Accept extends keyof Content
    ? Form<Content, Accept>
    : Form<Content, UsualForm<Content>>
  : undefined

type UsualForm<Content> = 'application/octet-stream' extends keyof Content
  ? 'application/octet-stream'
  : 'text/markdown' extends keyof Content
    ? 'text/markdown'
    : 'application/json' extends keyof Content
      ? 'application/json'
      : keyof Content

type Form<Content, Type> = Type extends 'application/json'
  ? Content extends JsonContent<infer Schema>
    ? z.output<Schema>
    : never
  : Type extends 'application/octet-stream' | 'application/x-yjs-update'
    ? BytesAnswer
    : TextAnswer
