/** The shapes that several routes share. */
import { z } from '@hono/zod-openapi'
import { documentIdPattern } from '../document-id.ts'
import { documentKinds } from '../document-kind.ts'
import { folderIdPattern } from '../folder-id.ts'
import { limits } from '../limits.ts'
import { type ProblemCode, problems } from '../problems.ts'

export const documentKind = z.enum(documentKinds).openapi({
  description: '`yjs` documents accept any shared types; the others have one text named `content`.',
})

/** One line: no line breaks or other control characters. */
export const oneLine = /^[^\p{Cc}\u2028\u2029]*$/u

export const title = z
  .string()
  .trim()
  .min(1)
  .max(limits.titleLength)
  .regex(oneLine, 'A title is one line of text.')
  .openapi({ example: 'Hello' })

/** One line, as a title. */
export const folderName = z
  .string()
  .trim()
  .min(1)
  .max(limits.folderNameLength)
  .regex(oneLine, 'A folder’s name is one line of text.')
  .openapi({ example: 'Meetings' })

export const folderId = z.string().regex(folderIdPattern).openapi({ example: 'Fq7Rk2vWm0fBz9dLcE4sTg' })

/** As it is sent; {@link normalTag} decides whether it is one. */
export const tag = z.string().max(4 * limits.tagLength)

export const tags = z
  .array(tag)
  .max(2 * limits.tagsPerDocument)
  .openapi({
    description: 'In lower case, `-` for spaces; letters, digits and `_ . / + # -`.',
    example: ['to-do'],
  })

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
    author: z.string().openapi({ description: 'Actor id of who made it.' }),
    folderId: z.string().nullable().openapi({
      description: 'Of a document in the trash: where it was; the folder may be gone.',
    }),
    tags: z.array(z.string()),
    pinned: z.boolean().openapi({ description: 'Shown first to everybody.' }),
    isTemplate: z.boolean(),
    starred: z.boolean().openapi({ description: 'By you.' }),
    url: z.url().openapi({ description: 'The page for people.' }),
  })
  .openapi('Document')

export const folder = z
  .object({
    id: folderId,
    name: z.string(),
    parentId: folderId.nullable(),
    createdAt: z.iso.datetime(),
  })
  .openapi('Folder')

export type FolderResource = z.infer<typeof folder>

/** One page of documents. */
export const documentPage = z
  .object({
    documents: z.array(document),
    next: z.string().nullable().openapi({ description: '`cursor` of the next page; null on the last.' }),
  })
  .openapi('DocumentPage')

export const pageLimit = z.coerce
  .number()
  .int()
  .min(1)
  .max(limits.maxPageSize)
  .optional()
  .openapi({ default: limits.pageSize })

export const cursor = z
  .string()
  .max(2_000)
  .optional()
  .openapi({ description: '`next` of the page before, with all else as it was.' })

export const yesOrNo = z.enum(['true', 'false']).optional()

export type DocumentResource = z.infer<typeof document>

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().openapi({ description: 'Stable; branch on this.' }),
    detail: z.string().optional(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .readonly()
      .optional(),
    revision: z.number().int().optional().openapi({ description: "The document's own." }),
    misfits: z
      .array(
        z.object({
          edit: z.number().int().openapi({ description: 'Index of the edit, or of the hunk.' }),
          reason: z.enum(['absent', 'ambiguous', 'out-of-range', 'splits-a-character', 'overlapping']),
          found: z.array(z.object({ line: z.number().int(), excerpt: z.string() })).readonly(),
        }),
      )
      .readonly()
      .optional(),
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

export const folderParams = z.object({
  id: folderId.openapi({ param: { name: 'id', in: 'path' } }),
})
