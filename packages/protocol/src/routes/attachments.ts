import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { documentId, documentParams, oneLine, problemResponses } from './schemas.ts'

const attachmentId = z
  .string()
  .regex(/^[\w-]{22}$/)
  .openapi({ param: { name: 'attachment', in: 'path' }, example: 'Rk2vWm0fBz9dLcE4sTgXq7' })

const attachment = z
  .object({
    id: z.string(),
    document: documentId,
    name: z.string(),
    type: z.string().openapi({
      description: 'Found out from its bytes, whatever the sender said.',
      example: 'image/png',
    }),
    bytes: z.number().int(),
    createdAt: z.iso.datetime(),
    url: z.url().openapi({ description: 'Where the file is.' }),
    markdown: z.string().openapi({
      description: 'For the document’s text.',
      example: '![photo.png](/attachments/Rk2vWm0fBz9dLcE4sTgXq7)',
    }),
  })
  .openapi('Attachment')

export type AttachmentResource = z.infer<typeof attachment>

/** A file's own name, without the folders it was in. */
export const fileName = z
  .string()
  .trim()
  .min(1)
  .max(limits.attachmentNameLength)
  .regex(oneLine, 'A name is one line of text.')
  .regex(/^[^/\\]*$/, 'A name holds no folders.')
  .openapi({ example: 'photo.png' })

const attachmentParams = documentParams.extend({ attachment: attachmentId })
const file = z.string().openapi({ type: 'string', format: 'binary' })
const readProblems = ['not-found', 'document-in-trash', 'storage-unavailable'] as const

export const addAttachment = createRoute({
  operationId: 'addAttachment',
  method: 'post',
  path: '/documents/{id}/attachments',
  tags: ['Attachments'],
  summary: 'Keep a file with a document',
  request: {
    params: documentParams,
    query: z.strictObject({ name: fileName.optional() }),
    body: { required: true, content: { '*/*': { schema: file } } },
  },
  responses: {
    201: {
      description: 'Stored, and durable.',
      headers: z.object({
        location: z.string().openapi({ description: 'The address of the file in this API.' }),
      }),
      content: { 'application/json': { schema: attachment } },
    },
    ...problemResponses(
      ...readProblems,
      'forbidden',
      'too-large',
      'attachments-full',
      'unsupported-media-type',
    ),
  },
})

export const listAttachments = createRoute({
  operationId: 'listAttachments',
  method: 'get',
  path: '/documents/{id}/attachments',
  tags: ['Attachments'],
  summary: 'List the files of a document, oldest first',
  request: { params: documentParams },
  responses: {
    200: {
      description: 'All of them.',
      content: {
        'application/json': {
          schema: z.object({ attachments: z.array(attachment) }).openapi('Attachments'),
        },
      },
    },
    ...problemResponses(...readProblems),
  },
})

export const getAttachment = createRoute({
  operationId: 'getAttachment',
  method: 'get',
  path: '/documents/{id}/attachments/{attachment}',
  tags: ['Attachments'],
  summary: 'Read a file',
  request: {
    params: attachmentParams,
    headers: z.object({
      'if-none-match': z.string().optional().openapi({ description: 'An `ETag`; 304 when you have it.' }),
      range: z.string().optional().openapi({ description: 'One range of bytes, such as `bytes=0-99`.' }),
      'if-range': z.string().optional().openapi({ description: 'The `ETag` of what you have so far.' }),
    }),
  },
  responses: {
    200: {
      description: 'The file. Under this address it never changes.',
      headers: z.object({ etag: z.string() }),
      content: { 'application/octet-stream': { schema: file } },
    },
    206: {
      description: 'The range of it.',
      headers: z.object({ 'content-range': z.string() }),
      content: { 'application/octet-stream': { schema: file } },
    },
    304: { description: 'You have it.' },
    ...problemResponses(...readProblems, 'range-not-satisfiable', 'attachment-damaged'),
  },
})

export const deleteAttachment = createRoute({
  operationId: 'deleteAttachment',
  method: 'delete',
  path: '/documents/{id}/attachments/{attachment}',
  tags: ['Attachments'],
  summary: 'Delete a file for good',
  request: { params: attachmentParams },
  responses: {
    204: { description: 'Deleted. Links to it lead nowhere now.' },
    ...problemResponses(...readProblems, 'forbidden'),
  },
})
