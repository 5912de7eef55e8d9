/** SQLite's result codes, as far as anything depends on them. */
import { Refusal } from './refusal.ts'
import type { Failure } from './sqlite-messages.ts'

const codes = {
  busy: 5,
  ioError: 10,
  corrupt: 11,
  full: 13,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  range: 25,
  notDatabase: 26,
} as const

/** Extended codes carry their kind in the lowest byte. */
function kindOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null
}

/** What a request that threw `error` is answered with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) return error.failure
  return { reason: kindOf(error) === codes.full ? 'full' : 'failed', message: messageOf(error) }
}

export function isIoError(error: unknown): boolean {
  return kindOf(error) === codes.ioError
}

export function isBusy(error: unknown): boolean {
  return kindOf(error) === codes.busy
}

export function isCorrupt(error: unknown): boolean {
  const kind = kindOf(error)
  return kind === codes.corrupt || kind === codes.notDatabase
}

/** The fault of the one request: the others of its group can be stored without it. */
export function isOwnFault(error: unknown): boolean {
  const kind = kindOf(error)
  return (
    kind === null ||
    kind === codes.corrupt ||
    kind === codes.tooBig ||
    kind === codes.constraint ||
    kind === codes.mismatch ||
    kind === codes.range
  )
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
