import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { document, problemResponses } from './schemas.ts'

export const listRecent = createRoute({
  operationId: 'listRecent',
  method: 'get',
  path: '/recent',
  tags: ['Documents'],
  summary: 'List what you had open last',
  responses: {
    200: {
      description: 'The latest first; what is in the trash is left out.',
      content: {
        'application/json': {
          schema: z
            .object({
              documents: z.array(
                z.object({ openedAt: z.iso.datetime(), document }).openapi('RecentDocument'),
              ),
            })
            .openapi('RecentDocuments'),
        },
      },
    },
    ...problemResponses('storage-unavailable'),
  },
})

export const listTags = createRoute({
  operationId: 'listTags',
  method: 'get',
  path: '/tags',
  tags: ['Documents'],
  summary: 'List the tags that documents have, the most used first',
  request: {
    query: z.strictObject({
      prefix: z.string().max(limits.tagLength).optional().openapi({ description: 'How they begin.' }),
      limit: z.coerce.number().int().min(1).max(limits.tagsPerAnswer).optional().openapi({ default: 100 }),
    }),
  },
  responses: {
    200: {
      description: 'With the number of documents outside the trash.',
      content: {
        'application/json': {
          schema: z
            .object({ tags: z.array(z.object({ tag: z.string(), documents: z.number().int() })) })
            .openapi('Tags'),
        },
      },
    },
    ...problemResponses('forbidden', 'storage-unavailable'),
  },
})
