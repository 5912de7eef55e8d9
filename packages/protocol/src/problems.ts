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
  'revision-missing': { status: 404, title: 'This revision of the document is not there' },
  'part-missing': { status: 404, title: 'The text has no such part' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method' },
  'not-acceptable': { status: 406, title: 'This cannot be had in any form that you accept' },
  'request-timeout': { status: 408, title: 'The request took too long' },
  'document-exists': { status: 409, title: 'A document with this id exists' },
  'id-was-used': { status: 409, title: 'A document that was deleted for good had this id' },
  'quota-reached': { status: 409, title: 'This server takes no more documents' },
  'folder-exists': { status: 409, title: 'There is a folder of this name in the same place' },
  'folder-not-empty': { status: 409, title: 'The folder is not empty' },
  'folder-inside-itself': { status: 409, title: 'A folder cannot be moved into itself' },
  'limit-reached': { status: 409, title: 'There is no room for another one' },
  'webhook-disabled': { status: 409, title: 'This webhook is disabled' },
  'too-many-webhooks': { status: 409, title: 'There are as many webhooks as there may be' },
  'not-a-text-document': { status: 409, title: 'This document has no text' },
  'out-of-sync': { status: 409, title: 'The update builds on changes that this server does not have' },
  'edit-misfit': { status: 409, title: 'The edit does not fit the text' },
  'part-ambiguous': { status: 409, title: 'Several headings are called that' },
  'idempotency-key-in-use': { status: 409, title: 'The first request with this key is not answered yet' },
  'answer-not-kept': { status: 409, title: 'This was done before, and its answer is not kept' },
  'document-in-trash': { status: 410, title: 'This document is in the trash' },
  'base-missing': { status: 412, title: 'The revision that this edit builds on is not there' },
  'too-large': { status: 413, title: 'The body is too large' },
  'attachments-full': { status: 413, title: 'The document has no room for another attachment' },
  'document-full': { status: 413, title: 'The document is full' },
  'unsupported-media-type': { status: 415, title: 'The content type is not accepted here' },
  'range-not-satisfiable': { status: 416, title: 'The file does not reach that far' },
  'wrong-host': { status: 421, title: 'This server does not answer to that host name' },
  'no-such-folder': { status: 422, title: 'There is no folder with this id' },
  'malformed-text': { status: 422, title: 'The text is not well-formed Unicode' },
  'webhook-url-refused': { status: 422, title: 'Nothing is sent to this address' },
  'malformed-line-ends': { status: 422, title: 'Lines must end with LF alone' },
  'malformed-diff': { status: 422, title: 'The body is not a unified diff of one text' },
  'idempotency-key-reused': { status: 422, title: 'This key was used for another request' },
  'not-renderable': { status: 422, title: 'The text takes too long to render' },
  'malformed-update': { status: 422, title: 'The body is not a Yjs update for this document' },
  'base-required': { status: 428, title: 'Say which revision this edit builds on' },
  'not-importable': { status: 422, title: 'Nothing can be made of this file' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'header-too-large': { status: 431, title: 'The headers are too large' },
  'attachment-damaged': { status: 500, title: 'The file of this attachment is not what was stored' },
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
  /** The document's own, where the request named another one. */
  readonly revision?: number
  /** What does not fit, and what stands where instead, for `edit-misfit`, `part-missing` and `part-ambiguous`. */
  readonly misfits?: readonly ProblemMisfit[]
}

export interface ProblemMisfit {
  /** Its index in the list of edits, or of the diff's hunks. */
  readonly edit: number
  readonly reason: 'absent' | 'ambiguous' | 'out-of-range' | 'splits-a-character' | 'overlapping'
  /** Lines of the text that was edited, from 1. */
  readonly found: readonly { readonly line: number; readonly excerpt: string }[]
}

/** What is special about one case of a problem. */
export type ProblemParticulars = Pick<Problem, 'detail' | 'errors' | 'revision' | 'misfits'>

/** The problem document of a code; `detail` says what is special about this case. */
export function problemOf(code: ProblemCode, more: ProblemParticulars = {}): Problem {
  const { status, title } = problems[code]
  return { type: `urn:weft:problem:${code}`, title, status, code, ...more }
}
