/** A document's content as an answer: which revision, which part, which form. */
import { createHash } from 'node:crypto'
import type { ProblemMisfit } from '@weft/protocol'
import type { LogPosition } from '@weft/sync'
import type { Revision } from '../document-reader.ts'
import { htmlPage, pageStyle } from '../html.ts'
import { type DocumentRecord, RevisionMissing } from '../storage/storage.ts'
import { WorkerFailure } from '../task-thread.ts'
import type { ShownText, TextPart } from '../text-tasks.ts'
import { authorisedContent, whileThere } from './authorised.ts'
import type { ContentForm } from './content-forms.ts'
import type { HttpContext, HttpDeps } from './env.ts'
import { Refused } from './refused.ts'
import { hasAlready, revisionHeaders, revisionTag, unchanged } from './revision-tags.ts'

export interface ContentAsked {
  /** A revision or a time; `null`: now. */
  readonly at: LogPosition | string | null
  /** `null`: all of it. */
  readonly part: TextPart | null
  readonly form: ContentForm
  /** Of HTML: a page instead of a fragment. */
  readonly isPage?: boolean
}

/** Rejects with Refused. */
export async function answerContent(
  c: HttpContext,
  deps: HttpDeps,
  record: DocumentRecord,
  asked: ContentAsked,
): Promise<Response> {
  try {
    return await whileThere(c, deps, record.id, answer(c, deps, record, asked))
  } catch (error) {
    if (!(error instanceof RevisionMissing)) throw error
    const { revision } = await authorisedContent(c, deps, record.id, 'read')
    throw new Refused('revision-missing', { revision })
  }
}

async function answer(c: HttpContext, deps: HttpDeps, record: DocumentRecord, asked: ContentAsked) {
  const { form, part } = asked
  const { reader } = deps
  const of = await revisionOf(deps, record, asked.at)
  const tag = (revision: LogPosition) => revisionTag(revision, tagOf(record, asked))
  // One that is yet to come may be asked for, too: reading it says that it is missing.
  if (of.revision <= record.revision && hasAlready(c, tag(of.revision)))
    return unchanged(tag(of.revision), vary)
  if (form.as === 'state') {
    const { content, revision } = await reader.state(of)
    return send(content, form, tag(revision))
  }
  const as = form.as === 'json' ? 'text' : form.as
  const { content, revision } = await reader.shown(of, { part, as }).catch(tooSlow)
  if (hasAlready(c, tag(revision))) return unchanged(tag(revision), vary)
  if (content.type !== 'shown') throw partRefusal(content, part)
  return send(bodyOf(content, revision, record, asked), form, tag(revision))
}

async function revisionOf(
  { storage }: HttpDeps,
  record: DocumentRecord,
  at: ContentAsked['at'],
): Promise<Revision> {
  if (at === null) return record
  const { id, lineage } = record
  // Also the last one: by the time it is read there may be another.
  if (typeof at === 'number') return { id, lineage, revision: at, isPast: true }
  const time = Date.parse(at)
  if (time < record.createdAt) throw new RevisionMissing('before the document')
  return { id, lineage, revision: await storage.history.positionAt(id, time), isPast: true }
}

function tagOf({ title }: DocumentRecord, { form, part, isPage }: ContentAsked): string | null {
  // A page shows the title, which changes without a revision.
  const page =
    isPage === true ? `page-${createHash('sha256').update(title).digest('hex').slice(0, 16)}` : null
  const words = [form.tag, part === null ? null : 'part', page]
  return words.filter((word) => word !== null).join('-') || null
}

type Shown = Extract<ShownText, { readonly type: 'shown' }>

function bodyOf(
  { type: _, ...shown }: Shown,
  revision: LogPosition,
  record: DocumentRecord,
  { form, isPage }: ContentAsked,
): string {
  if (form.as === 'json') return JSON.stringify({ revision, ...shown })
  return isPage === true ? htmlPage({ title: record.title, body: shown.content }) : shown.content
}

const vary = { vary: 'accept' }

/** What is rendered may come into a page of its own: nothing there runs, sends or is framed. */
export const contentPolicy = [
  "default-src 'none'",
  "img-src 'self' data:",
  `style-src-elem 'sha256-${createHash('sha256').update(pageStyle).digest('base64')}'`,
  "style-src-attr 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

function send(body: string | Uint8Array<ArrayBuffer>, form: ContentForm, tag: string): Response {
  const isText = form.type.startsWith('text/')
  return new Response(body, {
    headers: {
      'content-type': isText ? `${form.type}; charset=utf-8` : form.type,
      ...(form.type === 'text/html' ? { 'content-security-policy': contentPolicy } : {}),
      ...vary,
      ...revisionHeaders(tag),
    },
  })
}

export function tooSlow(error: unknown): never {
  if (error instanceof WorkerFailure) throw new Refused('not-renderable')
  throw error
}

function partRefusal({ type, found }: Exclude<ShownText, Shown>, part: TextPart | null): Refused {
  const reason: ProblemMisfit['reason'] = type
  const misfits = [{ edit: 0, reason, found }]
  const what = part?.type === 'section' ? 'These headings are there.' : 'The text ends before that line.'
  return type === 'ambiguous'
    ? new Refused('part-ambiguous', { misfits })
    : new Refused('part-missing', { detail: what, misfits })
}
