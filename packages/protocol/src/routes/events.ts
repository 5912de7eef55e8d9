import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { documentEvent, serverEvent } from './event-schemas.ts'
import { documentParams, problemResponses } from './schemas.ts'

const wait = z.coerce
  .number()
  .int()
  .min(0)
  .max(limits.eventWaitSeconds)
  .optional()
  .openapi({ description: 'Seconds that a request for JSON waits for the next event.', default: 0 })

const resumed = z.object({
  'last-event-id': z
    .string()
    .optional()
    .openapi({ description: 'The `id` of the last event that was read; goes before `after`.' }),
})

const next = z.string().openapi({ description: '`after` of the next request.' })
const text = { schema: z.string() }
const streamProblems = ['not-acceptable', 'too-many-connections', 'storage-unavailable'] as const

export const getDocumentEvents = createRoute({
  operationId: 'getDocumentEvents',
  method: 'get',
  path: '/documents/{id}/events',
  tags: ['Events'],
  summary: 'Follow a document',
  request: {
    params: documentParams,
    headers: resumed,
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}(\.\d{1,15})?$/)
        .optional()
        .openapi({ description: 'An event’s id, or a revision. Left out: now.' }),
      wait,
    }),
  },
  responses: {
    200: {
      description:
        'A stream of server-sent events, of unified diffs, or, as JSON, what there is after `after`.',
      content: {
        'text/event-stream': text,
        'text/x-diff': text,
        'application/json': {
          schema: z.object({ events: z.array(documentEvent), next }).openapi('DocumentEvents'),
        },
      },
    },
    ...problemResponses('not-found', 'not-a-text-document', 'document-damaged', ...streamProblems),
  },
})

export const getEvents = createRoute({
  operationId: 'getEvents',
  method: 'get',
  path: '/events',
  tags: ['Events'],
  summary: 'Follow all documents',
  request: {
    headers: resumed,
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional()
        .openapi({ description: 'An event’s id. Left out: now.' }),
      wait,
    }),
  },
  responses: {
    200: {
      description: 'A stream of server-sent events, or, as JSON, what there is after `after`.',
      content: {
        'text/event-stream': text,
        'application/json': {
          schema: z.object({ events: z.array(serverEvent), next }).openapi('ServerEvents'),
        },
      },
    },
    ...problemResponses(...streamProblems),
  },
})
