/** Why a request failed, as whole sentences for people; the code goes into “Details”, never into the sentence. */
import { ProblemError, Unreachable } from '@weft/client'
import type { ProblemCode } from '@weft/protocol'

const sentences: Partial<Record<ProblemCode, string>> = {
  forbidden: 'You may not do this.',
  'foreign-origin': 'This server does not accept requests from this address.',
  'wrong-host': 'This server does not answer under this name.',
  'not-found': 'It is not there any more.',
  'document-in-trash': 'The document is in the trash.',
  'too-large': 'It is larger than this server accepts.',
  'document-full': 'The document is full.',
  'document-damaged': 'What this server has stored of it is damaged.',
  'malformed-text': 'It has characters that are not well-formed text.',
  'too-many-requests': 'Too many requests at once. Wait a moment.',
  overloaded: 'The server has no memory for another document now. Wait a moment.',
  'storage-unavailable': 'The server cannot store changes now.',
  restarting: 'The server is restarting.',
}

export function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return `There is no connection to ${location.host}.`
  if (error instanceof ProblemError) return sentences[error.code] ?? 'The server answered with an error.'
  return 'Something on this page failed.'
}

/** For “Details”: what a person reporting the fault should copy. */
export function detailsOf(error: unknown): string {
  if (error instanceof ProblemError) return `${error.status} ${error.code}: ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
