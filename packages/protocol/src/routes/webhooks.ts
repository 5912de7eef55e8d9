import { createRoute, z } from '@hono/zod-openapi'
import { limits } from '../limits.ts'
import { webhookEvents } from '../webhook-events.ts'
import { bodyProblems, documentId, problemResponses } from './schemas.ts'

const webhookId = z.string().regex(/^[\w-]{22}$/)
const deliveryId = z.string().regex(/^[\w-]{1,80}$/)
const webhookParams = z.object({ id: webhookId.openapi({ param: { name: 'id', in: 'path' } }) })
const deliveryParams = webhookParams.extend({
  delivery: deliveryId.openapi({ param: { name: 'delivery', in: 'path' } }),
})

const url = z
  .string()
  .max(limits.webhookUrlLength)
  .openapi({ example: 'https://receiver.example/weft', description: 'http or https, at a public address.' })
const events = z
  .array(z.enum(webhookEvents))
  .min(1)
  .max(webhookEvents.length)
  .openapi({ description: 'Those it is told of. Left out: all.' })
const description = z.string().max(limits.titleLength)
const time = z.iso.datetime()

const webhook = z
  .object({
    id: webhookId,
    url,
    document: documentId.nullable().openapi({ description: 'Null: all documents.' }),
    events: z.array(z.enum(webhookEvents)),
    description: description.nullable(),
    createdBy: z.string(),
    createdAt: time,
    updatedAt: time,
    disabledAt: time.nullable(),
    disabledReason: z.string().nullable(),
    failingSince: time.nullable().openapi({ description: 'No delivery was taken since then.' }),
    previousSecretUntil: time
      .nullable()
      .openapi({ description: 'Until then deliveries are signed with the secret before, too.' }),
  })
  .openapi('Webhook')

const secret = z.string().openapi({ description: 'Shown this once.', example: 'whsec_…' })

const delivery = z
  .object({
    id: deliveryId.openapi({ description: 'The `webhook-id` of every attempt.' }),
    event: z.string(),
    document: documentId.nullable(),
    createdAt: time,
    state: z.enum(['waiting', 'delivered', 'failed']),
    attempts: z.number().int(),
    lastAttemptAt: time.nullable(),
    nextAttemptAt: time.nullable(),
    status: z.number().int().nullable().openapi({ description: 'What was answered to the last attempt.' }),
    response: z.string().nullable().openapi({ description: 'The beginning of it.' }),
    error: z.string().nullable().openapi({ description: 'Why there was no answer, or none that counts.' }),
  })
  .openapi('Delivery')

const problems = ['not-found', 'forbidden', 'storage-unavailable'] as const
const one = { description: 'As it is now.', content: { 'application/json': { schema: webhook } } }
const queued = { description: 'It waits to be sent.', content: { 'application/json': { schema: delivery } } }

export const createWebhook = createRoute({
  operationId: 'createWebhook',
  method: 'post',
  path: '/webhooks',
  tags: ['Webhooks'],
  summary: 'Be told of events by HTTP',
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              url,
              document: documentId.optional(),
              events: events.optional(),
              description: description.optional(),
            })
            .openapi('NewWebhook'),
        },
      },
    },
  },
  responses: {
    201: {
      description: 'Created. The secret is shown this once.',
      content: { 'application/json': { schema: webhook.extend({ secret }).openapi('CreatedWebhook') } },
    },
    ...problemResponses(...bodyProblems, ...problems, 'webhook-url-refused', 'too-many-webhooks'),
  },
})

export const listWebhooks = createRoute({
  operationId: 'listWebhooks',
  method: 'get',
  path: '/webhooks',
  tags: ['Webhooks'],
  summary: 'List webhooks, oldest first',
  request: { query: z.strictObject({ document: documentId.optional() }) },
  responses: {
    200: {
      description: 'Those that you may change.',
      content: {
        'application/json': {
          schema: z.object({ webhooks: z.array(webhook) }).openapi('Webhooks'),
        },
      },
    },
    ...problemResponses('storage-unavailable'),
  },
})

export const getWebhook = createRoute({
  operationId: 'getWebhook',
  method: 'get',
  path: '/webhooks/{id}',
  tags: ['Webhooks'],
  summary: 'Read a webhook',
  request: { params: webhookParams },
  responses: { 200: one, ...problemResponses(...problems) },
})

export const changeWebhook = createRoute({
  operationId: 'changeWebhook',
  method: 'patch',
  path: '/webhooks/{id}',
  tags: ['Webhooks'],
  summary: 'Change a webhook, stop it, or let it go on',
  request: {
    params: webhookParams,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              url: url.optional(),
              events: events.optional(),
              description: description.nullable().optional(),
              enabled: z.boolean().optional(),
            })
            .refine((changes) => Object.keys(changes).length > 0, 'Name at least one field to change.')
            .openapi('WebhookChanges'),
        },
      },
    },
  },
  responses: {
    200: one,
    ...problemResponses(...bodyProblems, ...problems, 'webhook-url-refused'),
  },
})

export const deleteWebhook = createRoute({
  operationId: 'deleteWebhook',
  method: 'delete',
  path: '/webhooks/{id}',
  tags: ['Webhooks'],
  summary: 'Delete a webhook with its deliveries',
  request: { params: webhookParams },
  responses: { 204: { description: 'Gone.' }, ...problemResponses(...problems) },
})

export const rotateWebhookSecret = createRoute({
  operationId: 'rotateWebhookSecret',
  method: 'post',
  path: '/webhooks/{id}/secret',
  tags: ['Webhooks'],
  summary: 'Get a new secret; for a day deliveries are signed with both',
  request: { params: webhookParams },
  responses: {
    200: {
      description: 'The new secret.',
      content: {
        'application/json': {
          schema: z.object({ secret, previousSecretUntil: time }).openapi('WebhookSecret'),
        },
      },
    },
    ...problemResponses(...problems),
  },
})

export const pingWebhook = createRoute({
  operationId: 'pingWebhook',
  method: 'post',
  path: '/webhooks/{id}/ping',
  tags: ['Webhooks'],
  summary: 'Send a `ping`, to see whether it arrives',
  request: { params: webhookParams },
  responses: { 202: queued, ...problemResponses(...problems, 'webhook-disabled') },
})

export const listDeliveries = createRoute({
  operationId: 'listDeliveries',
  method: 'get',
  path: '/webhooks/{id}/deliveries',
  tags: ['Webhooks'],
  summary: 'List what was sent, newest first',
  request: {
    params: webhookParams,
    query: z.strictObject({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(limits.maxPageSize)
        .optional()
        .openapi({ default: limits.pageSize }),
      cursor: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional()
        .openapi({ description: '`next` of the page before.' }),
    }),
  },
  responses: {
    200: {
      description: 'One page.',
      content: {
        'application/json': {
          schema: z
            .object({
              deliveries: z.array(delivery),
              next: z.string().nullable().openapi({ description: '`cursor` of the next page.' }),
            })
            .openapi('Deliveries'),
        },
      },
    },
    ...problemResponses(...problems),
  },
})

export const redeliver = createRoute({
  operationId: 'redeliver',
  method: 'post',
  path: '/webhooks/{id}/deliveries/{delivery}/redeliver',
  tags: ['Webhooks'],
  summary: 'Send a delivery again',
  request: { params: deliveryParams },
  responses: { 202: queued, ...problemResponses(...problems, 'webhook-disabled') },
})

export type WebhookResource = z.infer<typeof webhook>
export type DeliveryResource = z.infer<typeof delivery>
