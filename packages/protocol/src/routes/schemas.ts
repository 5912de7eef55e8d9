/** The shapes that several routes share. */
import { z } from '@hono/zod-openapi'
import { documentIdPattern } from '../document-id.ts'
import { limits } from '../limits.ts'
import { type ProblemCode, problems } from '../problems.ts'

export const documentKinds = ['markdown', 'text', 'code', 'yjs'] as const

export const documentKind = z.enum(documentKinds).openapi({
  description: '`yjs` documents accept any shared types; the others have one text named `content`.',
})

/** One line: no line breaks or other control characters. */
const oneLine = /^[^\p{Cc}\u2028\u2029]*$/u

export const title = z
  .string()
  .trim()
  .min(1)
  .max(limits.titleLength)
  .regex(oneLine, 'A title is one line of text.')
  .openapi({ example: 'Hello' })

export const language = z
  .string()
  .regex(/^[a-z0-9+#.-]+$/)
  .max(limits.languageLength)
  .openapi({ description: 'For syntax colours, as in a Markdown fence.', example: 'typescript' })

export const documentId = z.string().regex(documentIdPattern).openapi({ example: 'Zk3xQyVw0sJ1m8bT5nR2aA' })

export const document = z
  .object({
    id: documentId,
    title: z.string(),
    kind: documentKind,
    language: z.string().nullable(),
    revision: z.number().int().openapi({ description: 'Grows by one or more with every stored change.' }),
    lineage: z
      .string()
      .openapi({ description: 'Changes when the history is replaced; clients then start over.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    trashedAt: z.iso.datetime().nullable(),
    url: z.url().openapi({ description: 'The page for people.' }),
  })
  .openapi('Document')

export type DocumentKind = (typeof documentKinds)[number]
export type DocumentResource = z.infer<typeof document>

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().openapi({ description: 'Stable; branch on this.' }),
    detail: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem')

const problemContent = { 'application/problem+json': { schema: problem } }

/** Every route may answer with these, whatever else it does. */
const always = ['invalid-request', 'foreign-origin', 'wrong-host', 'internal-error', 'restarting'] as const

/** What a route that takes JSON may answer besides. */
export const bodyProblems = [
  'malformed-json',
  'too-large',
  'unsupported-media-type',
  'malformed-text',
] as const

type StatusOf<Code extends ProblemCode> = (typeof problems)[Code]['status']

/** Response entries for the given codes, each a problem document under its status. */
export function problemResponses<const Code extends ProblemCode>(...codes: readonly Code[]) {
  const byStatus = new Map<number, string[]>()
  for (const code of [...always, ...codes]) {
    const { status, title } = problems[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}.`])
  }
  const entries = [...byStatus].map(
    ([status, lines]) => [status, { description: lines.join('\n\n'), content: problemContent }] as const,
  )
  return Object.fromEntries(entries) as {
    [Status in StatusOf<Code | (typeof always)[number]>]: {
      description: string
      content: typeof problemContent
    }
  }
}

export const documentParams = z.object({
  id: documentId.openapi({ param: { name: 'id', in: 'path' } }),
})
