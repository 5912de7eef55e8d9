/** In which forms a document's content can be had, and which one a request gets. */
import type { DocumentKind } from '@weft/protocol'
import { parseAccept } from 'hono/utils/accept'
import type { TextForm } from '../text-tasks.ts'
import { Refused } from './refused.ts'

export interface ContentForm {
  readonly type: string
  /** Of its `ETag`, see revision-tags.ts: another one whenever what makes it changes. */
  readonly tag: string | null
  readonly as: TextForm['as'] | 'json' | 'state'
}

const markdown: ContentForm = { type: 'text/markdown', tag: null, as: 'text' }
const plain: ContentForm = { type: 'text/plain', tag: null, as: 'text' }
const json: ContentForm = { type: 'application/json', tag: 'json', as: 'json' }
const state: ContentForm = { type: 'application/x-yjs-update', tag: 'yjs', as: 'state' }

/** The first one is for those who take any. */
function formsOf(kind: DocumentKind): readonly ContentForm[] {
  if (kind === 'yjs') return [state]
  const as = kind === 'markdown' ? 'html-of-markdown' : 'html-of-text'
  const html: ContentForm = { type: 'text/html', tag: 'html1', as }
  return kind === 'markdown' ? [markdown, plain, html, json, state] : [plain, html, json, state]
}

/** `null` where there is no such form. */
export function formOf(kind: DocumentKind, type: string): ContentForm | null {
  return formsOf(kind).find((form) => form.type === type) ?? null
}

/** What `Accept` likes best. Throws Refused where it takes none. */
export function formFor(accept: string | undefined, kind: DocumentKind): ContentForm {
  const ranges = parseAccept(accept?.trim() || '*/*')
  const forms = formsOf(kind)
  let best: ContentForm | null = null
  let bestQuality = 0
  for (const form of forms) {
    const quality = qualityOf(form.type, ranges)
    if (quality > bestQuality) [best, bestQuality] = [form, quality]
  }
  // Who takes anything expects a text.
  if (kind === 'yjs' && (best === null || !ranges.some(({ type }) => isSame(type, best.type))))
    throw new Refused('not-a-text-document')
  if (best !== null) return best
  throw new Refused('not-acceptable', { detail: `There is ${forms.map(({ type }) => type).join(', ')}.` })
}

interface Range {
  readonly type: string
  readonly q: number
}

/** The most exact range decides. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const [main] = type.split('/')
  const exact = ranges.find((range) => isSame(range.type, type))
  const alike = ranges.find((range) => isSame(range.type, `${main}/*`))
  const any = ranges.find((range) => range.type === '*/*' || range.type === '*')
  return (exact ?? alike ?? any)?.q ?? 0
}

function isSame(range: string, type: string): boolean {
  return range.toLowerCase() === type
}
