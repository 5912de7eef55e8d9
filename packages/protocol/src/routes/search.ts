import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { cursor, document, pageLimit, problemResponses } from './schemas.ts'

const marked = z
  .object({
    text: z.string(),
    ranges: z.array(z.object({ from: z.number().int(), to: z.number().int() })).openapi({
      description: 'What was found, in UTF-16 units of `text`, in order and apart.',
    }),
  })
  .openapi('MarkedText', { description: 'Plain text: nothing in it is markup.' })

const result = z
  .object({
    document,
    title: marked,
    excerpt: marked.openapi({ description: 'The part of the text where something was found, on one line.' }),
  })
  .openapi('SearchResult')

export type SearchResult = z.infer<typeof result>

export const search = createRoute({
  operationId: 'search',
  method: 'get',
  path: '/search',
  tags: ['Search'],
  summary: 'Find documents by their titles and texts',
  request: {
    query: z.strictObject({
      q: z.string().max(limits.searchLength).openapi({
        description:
          'Words, `"phrases"`, `-words` that are not in it, `folder:`, `tag:`, `author:` (an actor id, or `me`), `before:` and `after:` (a day of the last change).',
        example: 'minutes tag:team',
      }),
      limit: pageLimit.openapi({ default: limits.searchPageSize }),
      cursor,
    }),
  },
  responses: {
    200: {
      description: 'The best first: titles before texts, then by how well they fit, then the latest change.',
      content: {
        'application/json': {
          schema: z
            .object({
              results: z.array(result),
              next: z.string().nullable(),
              complete: z.boolean().openapi({
                description: 'False while the index is being made: more may be found later.',
              }),
            })
            .openapi('SearchResults'),
        },
      },
    },
    ...problemResponses('invalid-cursor', 'forbidden', 'too-many-requests', 'storage-unavailable'),
  },
})
