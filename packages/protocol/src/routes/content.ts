import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { documentParams, problemResponses } from './schemas.ts'

const conditional = z.object({
  'if-none-match': z.string().optional().openapi({ description: 'An `ETag`; 304 when nothing changed.' }),
})
const etag = z.object({ etag: z.string().openapi({ description: '`"<revision>"`' }) })
const bytes = z.string().openapi({ type: 'string', format: 'binary' })

const readProblems = ['not-found', 'document-in-trash', 'document-damaged', 'storage-unavailable'] as const

const revision = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const at = z.union([revision, z.iso.datetime({ offset: true })]).openapi({
  type: 'string',
  description: 'A revision, or a time in ISO 8601: the text as it was then.',
  example: '12',
})
const lines = z
  .string()
  .regex(/^[1-9]\d{0,8}(-([1-9]\d{0,8})?)?$/, 'Write `10-20`, `10-` or `10`.')
  .openapi({ description: 'These lines alone, counted from 1.', example: '10-20' })
const section = z.string().min(1).max(limits.headingLength).openapi({
  description: 'The part under this heading alone: `## Log`, or `Log` on any level.',
  example: '## Log',
})

const part = z
  .object({
    revision: z.number().int(),
    line: z.number().int().openapi({ description: 'Where the content starts, from 1.' }),
    from: z.number().int().openapi({ description: 'The same in UTF-16 units, and where it ends.' }),
    to: z.number().int(),
    content: z.string(),
  })
  .openapi('Content')

export const getContent = createRoute({
  operationId: 'getContent',
  method: 'get',
  path: '/documents/{id}/content',
  tags: ['Content'],
  summary: 'Read the text, now or as it was, all or a part of it',
  request: {
    params: documentParams,
    headers: conditional.extend({
      accept: z.string().optional().openapi({ description: 'The form: one of those below.' }),
    }),
    query: z
      .strictObject({ at: at.optional(), lines: lines.optional(), section: section.optional() })
      .refine((query) => query.lines === undefined || query.section === undefined, {
        path: ['section'],
        message: 'Name lines or a section.',
      }),
  },
  responses: {
    200: {
      description: 'The text at `ETag`; without `Accept` as it is written.',
      headers: etag,
      content: {
        'text/markdown': { schema: z.string() },
        'text/plain': { schema: z.string() },
        'text/html': { schema: z.string().openapi({ description: 'Rendered and sanitised, a fragment.' }) },
        'application/json': { schema: part },
        'application/x-yjs-update': { schema: bytes },
      },
    },
    304: { description: 'Still what you have.' },
    ...problemResponses(
      ...readProblems,
      'not-a-text-document',
      'not-acceptable',
      'revision-missing',
      'part-missing',
      'part-ambiguous',
      'not-renderable',
      'too-many-requests',
    ),
  },
})

export const getState = createRoute({
  operationId: 'getState',
  method: 'get',
  path: '/documents/{id}/state',
  tags: ['Content'],
  summary: 'Read the whole document as one Yjs update (v1)',
  request: { params: documentParams, headers: conditional },
  responses: {
    200: {
      description: 'For `Y.applyUpdate`.',
      headers: etag,
      content: { 'application/octet-stream': { schema: bytes } },
    },
    304: { description: 'Still the revision you have.' },
    ...problemResponses(...readProblems),
  },
})

export const postUpdate = createRoute({
  operationId: 'postUpdate',
  method: 'post',
  path: '/documents/{id}/updates',
  tags: ['Content'],
  summary: 'Merge a Yjs update (v1) into the document',
  request: {
    params: documentParams,
    body: { required: true, content: { 'application/octet-stream': { schema: bytes } } },
  },
  responses: {
    200: {
      description: 'Durable, at this revision. The same revision as before when nothing was new.',
      content: {
        'application/json': { schema: z.object({ revision: z.number().int() }).openapi('Revision') },
      },
    },
    ...problemResponses(
      ...readProblems,
      'forbidden',
      'too-large',
      'unsupported-media-type',
      'malformed-update',
      'out-of-sync',
    ),
  },
})
