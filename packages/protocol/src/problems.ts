/**
 * Every way the API says no: RFC 9457 problem documents with a stable `code`. Programs branch on the code,
 * people read title and detail.
 */
export const problems = {
  'malformed-request': { status: 400, title: 'The request is not well-formed HTTP' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-request': { status: 400, title: 'The request does not fit the schema' },
  'invalid-cursor': { status: 400, title: 'This cursor is not from this list' },
  'foreign-origin': { status: 403, title: 'Requests from this origin are not accepted' },
  forbidden: { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method' },
  'not-acceptable': { status: 406, title: 'This address has no such representation' },
  'request-timeout': { status: 408, title: 'The request took too long' },
  'document-exists': { status: 409, title: 'A document with this id exists' },
  'webhook-disabled': { status: 409, title: 'This webhook is disabled' },
  'too-many-webhooks': { status: 409, title: 'There are as many webhooks as there may be' },
  'not-a-text-document': { status: 409, title: 'This document has no text' },
  'out-of-sync': { status: 409, title: 'The update builds on changes that this server does not have' },
  'document-in-trash': { status: 410, title: 'This document is in the trash' },
  'too-large': { status: 413, title: 'The body is too large' },
  'document-full': { status: 413, title: 'The document is full' },
  'unsupported-media-type': { status: 415, title: 'The content type is not accepted here' },
  'wrong-host': { status: 421, title: 'This server does not answer to that host name' },
  'malformed-text': { status: 422, title: 'The text is not well-formed Unicode' },
  'webhook-url-refused': { status: 422, title: 'Nothing is sent to this address' },
  'malformed-line-ends': { status: 422, title: 'Lines must end with LF alone' },
  'malformed-update': { status: 422, title: 'The body is not a Yjs update for this document' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'header-too-large': { status: 431, title: 'The headers are too large' },
  'document-damaged': { status: 500, title: 'What is stored of this document fails its checksum' },
  'internal-error': { status: 500, title: 'The server failed' },
  'too-many-connections': { status: 503, title: 'The server has too many connections' },
  overloaded: { status: 503, title: 'The server has no memory for another document' },
  'storage-unavailable': { status: 503, title: 'The server cannot store changes now' },
  restarting: { status: 503, title: 'The server is restarting' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

/** The body of every answer with `content-type: application/problem+json`. */
export interface Problem {
  /** `urn:weft:problem:<code>`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail?: string
  /** What is wrong where, for `invalid-request`. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

/** The problem document of a code; `detail` says what is special about this case. */
export function problemOf(code: ProblemCode, more: Pick<Problem, 'detail' | 'errors'> = {}): Problem {
  const { status, title } = problems[code]
  return { type: `urn:weft:problem:${code}`, title, status, code, ...more }
}
