/** Programs write texts: each write is an edit of a revision, merged with what people have typed since. */
import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { bodyProblems, documentParams, problemResponses } from './schemas.ts'

const text = z.string().max(limits.textLength)
const place = z.number().int().min(0)
const heading = z.string().min(1).max(limits.headingLength)

const edit = z
  .union([
    z.strictObject({
      find: text.min(1),
      replace: text,
      occurrence: z
        .union([z.number().int().min(1), z.literal('all')])
        .optional()
        .openapi({ description: 'Which one, from 1, or all of them; without it there must be exactly one.' }),
    }),
    z.strictObject({
      range: z.strictObject({ from: place, to: place }),
      revision: place.optional().openapi({ description: 'Whose text the range counts in, in UTF-16 units.' }),
      insert: text,
    }),
    z.strictObject({ append: text }),
    z.strictObject({ prepend: text }),
    z.strictObject({ under: heading, append: text }),
  ])
  .openapi('Edit')

const edits = z.strictObject({ edits: z.array(edit).min(1).max(limits.edits) }).openapi('Edits')

const written = z
  .object({
    revision: z.number().int().openapi({ description: 'Holds the edit, durably.' }),
    base: z.number().int().openapi({ description: 'The revision that was edited.' }),
    merged: z.boolean().openapi({
      description: 'Others wrote since the base: read the text before you write all of it again.',
    }),
    changed: z.number().int().openapi({ description: 'How many places were changed; 0: nothing was.' }),
    changes: z
      .array(
        z.object({
          line: z.number().int(),
          from: z.number().int(),
          to: z.number().int(),
          removed: z.string().nullable(),
          insert: z.string().nullable(),
        }),
      )
      .readonly()
      .openapi({
        description: `The first ${limits.changesTold} of them, in order: \`removed\` stood at \`from\` to \`to\` of the base, in UTF-16 units. Texts of more than ${limits.changeTextLength} units are null.`,
      }),
  })
  .openapi('Written')

const base = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: '`"<revision>"`: the one that the request speaks of.' }),
})
const key = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'A repeated key gets the first answer for 24 hours.' }),
})

const answers = {
  200: {
    description:
      'Durable, and merged with what others wrote. `ETag` when the text is exactly what was meant.',
    headers: z.object({ etag: z.string().optional() }),
    content: { 'application/json': { schema: written } },
  },
}

const problems = [
  'not-found',
  'forbidden',
  'document-in-trash',
  'not-a-text-document',
  'document-full',
  'document-damaged',
  'storage-unavailable',
  'too-many-requests',
  'too-large',
  'unsupported-media-type',
  'malformed-text',
  'malformed-line-ends',
  'base-missing',
  'idempotency-key-in-use',
  'idempotency-key-reused',
] as const

const wholeText = { schema: z.string() }

export const putContent = createRoute({
  operationId: 'putContent',
  method: 'put',
  path: '/documents/{id}/content',
  tags: ['Content'],
  summary: 'Write the text as an edit of the revision that you read',
  request: {
    params: documentParams,
    headers: base.extend(key.shape),
    query: z.strictObject({
      base: z
        .literal('latest')
        .optional()
        .openapi({ description: 'Replace what is there now, whatever it is; instead of `If-Match`.' }),
    }),
    body: { required: true, content: { 'text/markdown': wholeText, 'text/plain': wholeText } },
  },
  responses: { ...answers, ...problemResponses(...problems, 'base-required') },
})

export const postEdits = createRoute({
  operationId: 'postEdits',
  method: 'post',
  path: '/documents/{id}/edits',
  tags: ['Content'],
  summary: 'Edit the text where it says something, all edits or none',
  request: {
    params: documentParams,
    headers: base.extend(key.shape),
    body: { required: true, content: { 'application/json': { schema: edits } } },
  },
  responses: {
    ...answers,
    ...problemResponses(...problems, ...bodyProblems, 'edit-misfit', 'base-required'),
  },
})

export const patchContent = createRoute({
  operationId: 'patchContent',
  method: 'patch',
  path: '/documents/{id}/content',
  tags: ['Content'],
  summary: 'Apply a unified diff to the text',
  request: {
    params: documentParams,
    headers: base.extend(key.shape),
    body: { required: true, content: { 'text/x-diff': wholeText } },
  },
  responses: { ...answers, ...problemResponses(...problems, 'edit-misfit', 'malformed-diff') },
})
