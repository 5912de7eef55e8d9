import { createRoute, z } from '@hono/zod-openapi'
import { bodyProblems, folder, folderId, folderName, folderParams, problemResponses } from './schemas.ts'

const json = { content: { 'application/json': { schema: folder } } }

const placeProblems = [
  'folder-exists',
  'no-such-folder',
  'limit-reached',
  'forbidden',
  'storage-unavailable',
] as const

export const listFolders = createRoute({
  operationId: 'listFolders',
  method: 'get',
  path: '/folders',
  tags: ['Folders'],
  summary: 'Read the tree of folders',
  responses: {
    200: {
      description: 'All of them, by name; each names its parent.',
      content: {
        'application/json': { schema: z.object({ folders: z.array(folder) }).openapi('Folders') },
      },
    },
    ...problemResponses('forbidden', 'storage-unavailable'),
  },
})

export const createFolder = createRoute({
  operationId: 'createFolder',
  method: 'post',
  path: '/folders',
  tags: ['Folders'],
  summary: 'Make a folder',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({ name: folderName, parentId: folderId.nullable().optional() })
            .openapi('NewFolder'),
        },
      },
    },
  },
  responses: {
    201: {
      description: 'Made, and durable.',
      headers: z.object({ location: z.string().openapi({ description: 'The folder’s address.' }) }),
      ...json,
    },
    ...problemResponses(...bodyProblems, ...placeProblems),
  },
})

export const getFolder = createRoute({
  operationId: 'getFolder',
  method: 'get',
  path: '/folders/{id}',
  tags: ['Folders'],
  summary: 'Read what a folder is called and where it is',
  request: { params: folderParams },
  responses: {
    200: { description: 'The folder.', ...json },
    ...problemResponses('not-found', 'forbidden', 'storage-unavailable'),
  },
})

export const changeFolder = createRoute({
  operationId: 'changeFolder',
  method: 'patch',
  path: '/folders/{id}',
  tags: ['Folders'],
  summary: 'Rename a folder, or move it with all that is in it',
  request: {
    params: folderParams,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              name: folderName.optional(),
              parentId: folderId.nullable().optional().openapi({ description: '`null`: to the top.' }),
            })
            .refine((changes) => Object.keys(changes).length > 0, 'Name at least one field to change.')
            .openapi('FolderChanges'),
        },
      },
    },
  },
  responses: {
    200: { description: 'As it is now.', ...json },
    ...problemResponses(...bodyProblems, 'not-found', 'folder-inside-itself', ...placeProblems),
  },
})

export const removeFolder = createRoute({
  operationId: 'removeFolder',
  method: 'delete',
  path: '/folders/{id}',
  tags: ['Folders'],
  summary: 'Remove a folder',
  request: {
    params: folderParams,
    query: z.strictObject({
      documents: z.enum(['trash', 'move-up']).optional().openapi({
        description:
          'What becomes of what is in it: `trash` moves all its documents, also those of the folders in it, to the trash; `move-up` moves documents and folders to where it was. Left out: only an empty one is removed.',
      }),
    }),
  },
  responses: {
    204: { description: 'Removed.' },
    ...problemResponses('not-found', 'folder-not-empty', 'folder-exists', 'forbidden', 'storage-unavailable'),
  },
})
