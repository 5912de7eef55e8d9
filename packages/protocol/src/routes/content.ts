import { createRoute, z } from '@hono/zod-openapi'
import { documentParams, problemResponses } from './schemas.ts'

const conditional = z.object({
  'if-none-match': z.string().optional().openapi({ description: 'An `ETag`; 304 when nothing changed.' }),
})
const etag = z.object({ etag: z.string().openapi({ description: '`"<revision>"`' }) })
const bytes = z.string().openapi({ type: 'string', format: 'binary' })

const readProblems = ['not-found', 'document-in-trash', 'document-damaged', 'storage-unavailable'] as const

export const getContent = createRoute({
  operationId: 'getContent',
  method: 'get',
  path: '/documents/{id}/content',
  tags: ['Content'],
  summary: 'Read the text',
  request: { params: documentParams, headers: conditional },
  responses: {
    200: {
      description: 'The text at `ETag`.',
      headers: etag,
      content: { 'text/markdown': { schema: z.string() }, 'text/plain': { schema: z.string() } },
    },
    304: { description: 'Still the revision you have.' },
    ...problemResponses(...readProblems, 'not-a-text-document'),
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
