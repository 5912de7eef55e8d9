import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import {
  bodyProblems,
  document,
  documentKind,
  documentParams,
  language,
  problemResponses,
  title,
} from './schemas.ts'

const newDocument = z
  .strictObject({
    title: title.optional(),
    kind: documentKind.optional().openapi({ default: 'markdown' }),
    language: language.optional(),
    content: z
      .string()
      .max(limits.textLength)
      .optional()
      .openapi({ description: 'LF line ends, well-formed Unicode.', example: '# Hello\n' }),
  })
  .refine((draft) => draft.kind !== 'yjs' || draft.content === undefined, {
    path: ['content'],
    message: 'A document of kind yjs starts empty: send updates instead.',
  })
  .openapi('NewDocument')

const documentChanges = z
  .strictObject({ title: title.optional(), language: language.nullable().optional() })
  .refine((changes) => Object.keys(changes).length > 0, 'Name at least one field to change.')
  .openapi('DocumentChanges')

const writeProblems = ['forbidden', 'storage-unavailable'] as const

const json = { content: { 'application/json': { schema: document } } }
const created = {
  description: 'Created, and durable.',
  headers: z.object({
    location: z.string().openapi({ description: 'The address of the document in this API.' }),
  }),
  ...json,
}

export const createDocument = createRoute({
  operationId: 'createDocument',
  method: 'post',
  path: '/documents',
  tags: ['Documents'],
  summary: 'Create a document',
  request: { body: { required: true, content: { 'application/json': { schema: newDocument } } } },
  responses: { 201: created, ...problemResponses(...bodyProblems, 'malformed-line-ends', ...writeProblems) },
})

export const createDocumentWithId = createRoute({
  operationId: 'createDocumentWithId',
  method: 'put',
  path: '/documents/{id}',
  tags: ['Documents'],
  summary: 'Create a document under an id of your own',
  request: {
    params: documentParams,
    body: { required: true, content: { 'application/json': { schema: newDocument } } },
  },
  responses: {
    201: created,
    ...problemResponses(
      ...bodyProblems,
      'malformed-line-ends',
      'not-found',
      'document-exists',
      ...writeProblems,
    ),
  },
})

export const listDocuments = createRoute({
  operationId: 'listDocuments',
  method: 'get',
  path: '/documents',
  tags: ['Documents'],
  summary: 'List documents, newest change first',
  request: {
    query: z.strictObject({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(limits.maxPageSize)
        .optional()
        .openapi({ default: limits.pageSize }),
      cursor: z.string().max(200).optional().openapi({ description: '`next` of the page before.' }),
      title: z
        .string()
        .max(limits.titleLength)
        .optional()
        .openapi({ description: 'Part of the title, any case.' }),
      trashed: z.enum(['true', 'false']).optional().openapi({ default: 'false' }),
    }),
  },
  responses: {
    200: {
      description: 'One page.',
      content: {
        'application/json': {
          schema: z
            .object({
              documents: z.array(document),
              next: z
                .string()
                .nullable()
                .openapi({ description: '`cursor` of the next page; null on the last.' }),
            })
            .openapi('DocumentPage'),
        },
      },
    },
    ...problemResponses('invalid-cursor', 'storage-unavailable'),
  },
})

export const getDocument = createRoute({
  operationId: 'getDocument',
  method: 'get',
  path: '/documents/{id}',
  tags: ['Documents'],
  summary: 'Read what a document is',
  request: { params: documentParams },
  responses: {
    200: { description: 'The document.', ...json },
    ...problemResponses('not-found', 'storage-unavailable'),
  },
})

export const changeDocument = createRoute({
  operationId: 'changeDocument',
  method: 'patch',
  path: '/documents/{id}',
  tags: ['Documents'],
  summary: 'Rename a document or set its language',
  request: {
    params: documentParams,
    body: { required: true, content: { 'application/json': { schema: documentChanges } } },
  },
  responses: {
    200: { description: 'As it is now.', ...json },
    ...problemResponses(...bodyProblems, 'not-found', 'document-in-trash', ...writeProblems),
  },
})

export const trashDocument = createRoute({
  operationId: 'trashDocument',
  method: 'delete',
  path: '/documents/{id}',
  tags: ['Documents'],
  summary: 'Move a document to the trash',
  request: { params: documentParams },
  responses: {
    204: { description: 'In the trash; people who had it open are told.' },
    ...problemResponses('not-found', ...writeProblems),
  },
})

export const restoreDocument = createRoute({
  operationId: 'restoreDocument',
  method: 'post',
  path: '/documents/{id}/restore',
  tags: ['Documents'],
  summary: 'Take a document out of the trash',
  request: { params: documentParams },
  responses: {
    200: { description: 'As it is now.', ...json },
    ...problemResponses('not-found', ...writeProblems),
  },
})
