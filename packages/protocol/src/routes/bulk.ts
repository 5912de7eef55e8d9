import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { bodyProblems, folderId, problem, problemResponses, tags } from './schemas.ts'

const ids = z
  .array(z.string().max(64))
  .min(1)
  .max(limits.bulkDocuments)
  .openapi({ description: 'Of documents.' })

const plain = z.strictObject({
  action: z.enum(['trash', 'restore', 'delete', 'star', 'unstar', 'pin', 'unpin']),
  ids,
})

const move = z.strictObject({ action: z.literal('move'), ids, folderId: folderId.nullable() })

const tagging = z.strictObject({ action: z.enum(['tag', 'untag']), ids, tags })

export const changeDocuments = createRoute({
  operationId: 'changeDocuments',
  method: 'post',
  path: '/documents/bulk',
  tags: ['Documents'],
  summary: 'Do one thing with many documents',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.discriminatedUnion('action', [plain, move, tagging]).openapi('BulkChange'),
        },
      },
    },
  },
  responses: {
    200: {
      description: 'What became of each, in the order of the ids: as the route for one would have answered.',
      content: {
        'application/json': {
          schema: z
            .object({
              results: z.array(
                z
                  .object({
                    id: z.string(),
                    problem: problem.nullable().openapi({ description: '`null`: it is done.' }),
                  })
                  .openapi('BulkResult'),
              ),
            })
            .openapi('BulkResults'),
        },
      },
    },
    ...problemResponses(...bodyProblems, 'storage-unavailable'),
  },
})
