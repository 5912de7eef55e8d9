import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Edit } from '@weft/document'
import { limits, type ProblemMisfit } from '@weft/protocol'
import { routes } from '@weft/protocol/routes'
import type { LogPosition } from '@weft/sync'
import { TooLate } from '../clock.ts'
import type { WriteOutcome } from '../content-writer.ts'
import type { Intent } from '../document-tasks.ts'
import { type DocumentRecord, RevisionMissing } from '../storage/storage.ts'
import { authorisedContent, whileThere } from './authorised.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { wholeBody } from './guards.ts'
import { Refused } from './refused.ts'
import { repeatOf } from './repeatable.ts'
import { baseOf, howToGoOn, revisionTag } from './revision-tags.ts'
import { refuseFaults, textIn } from './sent-text.ts'

export function serveWriting(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  /** `base`: `null` for the latest. */
  async function write(c: HttpContext, id: string, base: LogPosition | null, intent: Intent) {
    const document = await authorisedContent(c, deps, id, 'write')
    if (document.kind === 'yjs') throw new Refused('not-a-text-document')
    const written = deps.writer.write({ document, actor: c.var.actor, base, intent, repeat: repeatOf(c) })
    const outcome = await whileThere(c, deps, document.id, written).catch(refuse(c, document, base))
    if (outcome.type !== 'written') throw refusalFor(outcome)
    const { type: _, ...answer } = outcome
    return c.json(answer, 200, answer.merged ? {} : { etag: revisionTag(answer.revision) })
  }

  function refuse(c: HttpContext, { id }: DocumentRecord, base: LogPosition | null) {
    return async (error: unknown): Promise<never> => {
      if (error instanceof TooLate) throw whetherStored()
      if (!(error instanceof RevisionMissing)) throw error
      const { revision } = await authorisedContent(c, deps, id, 'write')
      const why =
        (base ?? 0) > revision ? 'The document is not that far' : 'That revision is not kept any more'
      throw new Refused('base-missing', { detail: `${why}. ${howToGoOn}`, revision })
    }
  }

  api.openapi(routes.putContent, async (c) => {
    const base = baseOf(c)
    const { base: replaces } = c.req.valid('query')
    if (replaces === 'latest') {
      if (typeof base === 'number') throw contradiction()
    } else if (typeof base !== 'number') throw new Refused('base-required', { detail: whatToSend })
    const text = textIn(await wholeBody(c))
    const onto = typeof base === 'number' ? base : null
    return write(c, c.req.valid('param').id, onto, { type: 'replace', text })
  })

  api.openapi(routes.patchContent, async (c) => {
    const base = baseOf(c)
    const diff = textIn(await wholeBody(c))
    return write(c, c.req.valid('param').id, base === 'any' ? null : base, { type: 'diff', diff })
  })

  api.openapi(routes.postEdits, async (c) => {
    const { edits } = c.req.valid('json')
    for (const edit of edits) for (const text of textsIn(edit)) refuseFaults(text)
    const base = baseOfEdits(edits, baseOf(c))
    return write(c, c.req.valid('param').id, base, { type: 'edits', edits })
  })
}

type SentEdit = Edit & { readonly revision?: number | undefined }

/** All of a list speak of one text. */
function baseOfEdits(edits: readonly SentEdit[], header: LogPosition | 'any' | null): LogPosition | null {
  const named = new Set(edits.flatMap(({ revision }) => revision ?? []))
  if (typeof header === 'number') named.add(header)
  if (named.size > 1) {
    const message = 'All edits of a list speak of one revision: send those of others by themselves.'
    throw new Refused('invalid-request', { errors: [{ path: 'edits', message }] })
  }
  const [base = null] = named
  if (base === null && edits.some((edit) => 'range' in edit))
    throw new Refused('base-required', { detail: 'A range counts in a text: name its `revision`.' })
  return base
}

function textsIn(edit: SentEdit): readonly string[] {
  return Object.values(edit).filter((value) => typeof value === 'string')
}

function refusalFor(outcome: Exclude<WriteOutcome, { readonly type: 'written' }>): Refused {
  switch (outcome.type) {
    case 'misfits':
      return new Refused('edit-misfit', {
        detail: inWords(outcome.misfits),
        misfits: outcome.misfits,
        revision: outcome.base,
      })
    case 'malformed-diff':
      return new Refused('malformed-diff', { detail: outcome.reason })
    case 'too-many-places':
      return new Refused('too-large', {
        detail: `It changes more than ${limits.changedPlaces} places. Send the text whole.`,
      })
  }
}

function inWords([first, ...rest]: readonly ProblemMisfit[]): string {
  if (first === undefined) return ''
  const lines = first.found.map(({ line }) => line)
  const where = lines.length === 0 ? '' : `; see line ${lines.join(', ')}`
  const more = rest.length === 0 ? '' : ` ${rest.length} more do not fit.`
  return `Edit ${first.edit}: ${reasons[first.reason]}${where}.${more} Nothing was changed.`
}

const reasons: Readonly<Record<ProblemMisfit['reason'], string>> = {
  absent: 'what it names is not there',
  ambiguous: 'what it names is there more than once',
  'out-of-range': 'the range is not in the text',
  'splits-a-character': 'the range ends inside a character',
  overlapping: 'it changes what another edit changes',
}

const whatToSend =
  'Send the `ETag` of the text that you edited as `If-Match`. To replace whatever is there now, add `?base=latest`.'

function contradiction(): Refused {
  return new Refused('invalid-request', {
    errors: [{ path: 'base', message: 'Send `If-Match` or `base=latest`, not both.' }],
  })
}

function whetherStored(): Refused {
  return new Refused('storage-unavailable', {
    detail:
      'The edit is not stored yet, but may be soon. It can be sent again with the same `If-Match` or `Idempotency-Key`.',
    headers: { 'retry-after': '5' },
  })
}
