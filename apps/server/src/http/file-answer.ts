/**
 * A stored file as an answer: whole, a range of it, or only its headers. Whatever it holds, it runs nothing: its type
 * is not guessed at, and its own policy allows it no script, no plug-in and no page of this server's origin.
 */
import { create as disposition } from 'content-disposition'
import parseRange from 'range-parser'
import { isShownInPlace, svgType } from '../attachment-type.ts'
import type { AttachmentRecord } from '../storage/storage.ts'
import type { HttpContext, HttpDeps } from './env.ts'
import { Refused } from './refused.ts'
import { streamed } from './streamed.ts'

const nothingRuns = "default-src 'none'; sandbox"
/** Pictures may carry their own looks. */
const policyOfSvg = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

export async function fileAnswer(
  c: HttpContext,
  file: AttachmentRecord,
  { storage, log }: Pick<HttpDeps, 'storage' | 'log'>,
): Promise<Response> {
  const etag = `"${file.digest.slice(0, 32)}"`
  const headers = {
    etag,
    // Of the one who may read it; under this address it never changes.
    'cache-control': 'private, max-age=31536000, immutable',
    'content-security-policy': file.type === svgType ? policyOfSvg : nothingRuns,
    'content-disposition': disposition(file.name, {
      type: isShownInPlace(file.type) ? 'inline' : 'attachment',
    }),
    'accept-ranges': 'bytes',
  }
  if (hasAlready(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
  const range = rangeOf(c, etag, file.bytes)
  const [start, end] = range ?? [0, file.bytes - 1]
  const more = {
    'content-type': file.type,
    'content-length': `${end - start + 1}`,
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end}/${file.bytes}` }),
  }
  const init = { status: range === null ? 200 : 206, headers: { ...headers, ...more } }
  if (c.req.method === 'HEAD') return new Response(null, init)
  const bytes = (await storage.attachments.open(file)).stream(start, end)
  const broken = (error: unknown) => log.error({ err: error, attachment: file.id }, 'an attachment broke off')
  return new Response(streamed(c, bytes, broken), init)
}

/** First and last byte of the one range that is asked for. Several, and what is no range, get the whole file. */
function rangeOf(c: HttpContext, etag: string, bytes: number): readonly [number, number] | null {
  const header = c.req.header('range')
  const condition = c.req.header('if-range')
  if (header === undefined || (condition !== undefined && condition !== etag)) return null
  const ranges = parseRange(bytes, header)
  if (ranges === -1) {
    throw new Refused('range-not-satisfiable', { headers: { 'content-range': `bytes */${bytes}` } })
  }
  const [only, ...others] = ranges === -2 || ranges.type !== 'bytes' ? [] : ranges
  return only === undefined || others.length > 0 ? null : [only.start, only.end]
}

function hasAlready(header: string | undefined, etag: string): boolean {
  const tags: readonly string[] = header?.match(/"[^"]*"/g) ?? []
  return header?.trim() === '*' || tags.includes(etag)
}
