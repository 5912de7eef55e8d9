import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import {
  bodyProblems,
  cursor,
  document,
  documentId,
  documentKind,
  documentPage,
  documentParams,
  folderId,
  language,
  pageLimit,
  problemResponses,
  tag,
  tags,
  title,
  yesOrNo,
} from './schemas.ts'

const newDocument = z
  .strictObject({
    title: title.optional(),
    kind: documentKind.optional().openapi({ default: 'markdown' }),
    language: language.optional(),
    folderId: folderId.nullable().optional(),
    tags: tags.optional(),
    isTemplate: z.boolean().optional().openapi({ default: false }),
    template: documentId.optional().openapi({
      description:
        'A document that this one begins as, with `{{date}}`, `{{title}}` and `{{name}}` filled in. It gives kind and language, and title and tags unless they are said.',
    }),
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
  .refine(
    ({ template, content, kind, language }) =>
      template === undefined || (content === undefined && kind === undefined && language === undefined),
    { path: ['template'], message: 'A template gives content, kind and language: leave them out.' },
  )
  .openapi('NewDocument', { example: { title: 'Hello', content: '# Hello\n' } })

const documentChanges = z
  .strictObject({
    title: title.optional(),
    language: language.nullable().optional(),
    folderId: folderId.nullable().optional().openapi({ description: '`null`: in no folder.' }),
    tags: tags.optional().openapi({ description: 'All of them: those that are not named are taken away.' }),
    pinned: z.boolean().optional(),
    isTemplate: z.boolean().optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'Name at least one field to change.')
  .openapi('DocumentChanges')

/** Where a document is put may not be there, or full. */
const placeProblems = ['no-such-folder', 'limit-reached'] as const

/** A new document may be one too many, or be made of one that cannot be read. */
const makingProblems = [
  ...placeProblems,
  'quota-reached',
  'document-in-trash',
  'document-damaged',
  'too-many-requests',
] as const

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
  responses: {
    201: created,
    ...problemResponses(
      ...bodyProblems,
      'malformed-line-ends',
      'not-found',
      ...makingProblems,
      ...writeProblems,
    ),
  },
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
      'id-was-used',
      ...makingProblems,
      ...writeProblems,
    ),
  },
})

export const listDocuments = createRoute({
  operationId: 'listDocuments',
  method: 'get',
  path: '/documents',
  tags: ['Documents'],
  summary: 'List documents, newest change first unless told otherwise',
  request: {
    query: z.strictObject({
      limit: pageLimit,
      cursor,
      title: z
        .string()
        .max(limits.titleLength)
        .optional()
        .openapi({ description: 'Part of the title, any case.' }),
      trashed: yesOrNo.openapi({ default: 'false' }),
      folder: z
        .union([folderId, z.literal('none')])
        .optional()
        .openapi({ description: 'Directly in this folder; `none`: in no folder.' }),
      tag: tag.optional(),
      starred: yesOrNo.openapi({ description: '`true`: those that you starred; `false`: the others.' }),
      pinned: yesOrNo,
      template: yesOrNo,
      author: z.string().max(100).optional().openapi({ description: 'Actor id of who made it.' }),
      kind: documentKind.optional(),
      sort: z.enum(['updated', 'created', 'title']).optional().openapi({ default: 'updated' }),
      order: z.enum(['ascending', 'descending']).optional().openapi({
        description: 'Unless told: titles ascending, times descending.',
      }),
    }),
  },
  responses: {
    200: { description: 'One page.', content: { 'application/json': { schema: documentPage } } },
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
  summary: 'Change what a document is called and where it stands',
  request: {
    params: documentParams,
    body: { required: true, content: { 'application/json': { schema: documentChanges } } },
  },
  responses: {
    200: { description: 'As it is now.', ...json },
    ...problemResponses(
      ...bodyProblems,
      'not-found',
      'document-in-trash',
      ...placeProblems,
      ...writeProblems,
    ),
  },
})

export const trashDocument = createRoute({
  operationId: 'trashDocument',
  method: 'delete',
  path: '/documents/{id}',
  tags: ['Documents'],
  summary: 'Move a document to the trash, or delete it for good',
  request: {
    params: documentParams,
    query: z.strictObject({
      forever: yesOrNo.openapi({
        description: '`true`: no one gets it back, and its id is never used again.',
      }),
    }),
  },
  responses: {
    204: { description: 'Done; people who had it open are told.' },
    ...problemResponses('not-found', ...writeProblems),
  },
})

export const duplicateDocument = createRoute({
  operationId: 'duplicateDocument',
  method: 'post',
  path: '/documents/{id}/duplicate',
  tags: ['Documents'],
  summary: 'Make a document of another one’s content, beside it',
  request: { params: documentParams },
  responses: { 201: created, ...problemResponses('not-found', ...makingProblems, ...writeProblems) },
})

export const emptyTrash = createRoute({
  operationId: 'emptyTrash',
  method: 'post',
  path: '/trash/empty',
  tags: ['Documents'],
  summary: 'Delete for good what is in the trash and yours to change',
  responses: {
    200: {
      description: 'Nobody gets these back.',
      content: {
        'application/json': {
          schema: z.object({ deleted: z.number().int() }).openapi('EmptiedTrash'),
        },
      },
    },
    ...problemResponses('storage-unavailable'),
  },
})

export const starDocument = createRoute({
  operationId: 'starDocument',
  method: 'put',
  path: '/documents/{id}/star',
  tags: ['Documents'],
  summary: 'Star a document, for yourself',
  request: { params: documentParams },
  responses: {
    204: { description: 'Starred.' },
    ...problemResponses('not-found', 'limit-reached', 'storage-unavailable'),
  },
})

export const unstarDocument = createRoute({
  operationId: 'unstarDocument',
  method: 'delete',
  path: '/documents/{id}/star',
  tags: ['Documents'],
  summary: 'Take your star from a document',
  request: { params: documentParams },
  responses: {
    204: { description: 'Not starred.' },
    ...problemResponses('not-found', 'storage-unavailable'),
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
