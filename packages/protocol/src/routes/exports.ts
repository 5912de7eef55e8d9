import { createRoute, z } from '@hono/zod-openapi'
import { documentParams, problemResponses } from './schemas.ts'

const file = z.string().openapi({ type: 'string', format: 'binary' })
const named = z.object({
  'content-disposition': z.string().openapi({ description: 'The file’s name, after the title.' }),
})

export const exportDocument = createRoute({
  operationId: 'exportDocument',
  method: 'get',
  path: '/documents/{id}/export',
  tags: ['Import and export'],
  summary: 'Read a document as a file to keep',
  request: {
    params: documentParams,
    query: z.strictObject({
      format: z
        .enum(['md', 'txt', 'html', 'json', 'yjs'])
        .optional()
        .openapi({ description: 'Left out: what fits the document, such as `.rs` for Rust.' }),
    }),
  },
  responses: {
    200: {
      description: 'The file.',
      headers: named,
      content: {
        'application/octet-stream': { schema: file },
        'text/markdown': { schema: z.string() },
        'text/plain': { schema: z.string() },
        'text/html': { schema: z.string() },
      },
    },
    ...problemResponses(
      'not-found',
      'document-in-trash',
      'not-a-text-document',
      'document-damaged',
      'not-renderable',
      'storage-unavailable',
    ),
  },
})

export const exportAll = createRoute({
  operationId: 'exportAll',
  method: 'get',
  path: '/export',
  tags: ['Import and export'],
  summary: 'Read everything that you may read, as a zip archive',
  responses: {
    200: {
      description: 'Folders, documents, their files, and `manifest.json`. It can be imported again.',
      headers: named,
      content: { 'application/octet-stream': { schema: file }, 'application/zip': { schema: file } },
    },
    ...problemResponses('too-many-requests', 'storage-unavailable'),
  },
})
