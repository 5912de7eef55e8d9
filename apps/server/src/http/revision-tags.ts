/**
 * A revision as an `ETag`: `"12"` for the text as it is written, `"12-html"` for other forms of it. Only the plain one
 * is a base to write on: who has a part or a rendering has not seen the text.
 */
import { limits } from '@weft/protocol'
import type { LogPosition } from '@weft/sync'
import type { HttpContext } from './env.ts'
import { Refused } from './refused.ts'

export function revisionTag(revision: LogPosition, form: string | null = null): string {
  return form === null ? `"${revision}"` : `"${revision}-${form}"`
}

/** `If-None-Match` is `*` or a list of tags, weak or not; what changes with each revision is the same by any of them. */
export function hasAlready(c: HttpContext, tag: string): boolean {
  const header = c.req.header('if-none-match')?.trim()
  if (header === undefined) return false
  const tags: readonly string[] = header.match(/"[^"]*"/g) ?? []
  return header === '*' || tags.includes(tag)
}

/** Caches may keep an answer, but ask before each use. */
export function revisionHeaders(tag: string): Record<string, string> {
  return { etag: tag, 'cache-control': 'private, no-cache' }
}

export function unchanged(tag: string, more: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 304, headers: { ...revisionHeaders(tag), ...more } })
}

/** The revision that `If-Match` names, `any` for `*`, `null` without it. */
export function baseOf(c: HttpContext): LogPosition | 'any' | null {
  const header = c.req.header('if-match')?.trim()
  if (header === undefined) return null
  if (header === '*') return 'any'
  const tags = header.match(/"[^"]*"/g) ?? []
  if (tags.length > 1) {
    throw new Refused('invalid-request', { errors: [{ path: 'if-match', message: 'Name one revision.' }] })
  }
  // Proxies that compress make tags weak.
  const [, revision] = /^(?:W\/)?"(\d{1,15})"$/.exec(header) ?? []
  if (revision !== undefined) return Number(revision)
  throw new Refused('base-missing', {
    detail: `\`${header.slice(0, tagShown)}\` is no revision. ${howToGoOn}`,
  })
}

const tagShown = limits.titleLength

export const howToGoOn = 'Read the content, make your edit in that text, and send its `ETag` as `If-Match`.'
