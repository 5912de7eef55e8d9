import type { Answers, WebhookQuestion } from './sqlite-messages.ts'
import type { SqliteWebhooks } from './sqlite-webhooks.ts'

type Writing = WebhookQuestion<'create' | 'update' | 'remove' | 'enqueue' | 'add' | 'claim' | 'settle'>
type Reading = WebhookQuestion<'get' | 'list' | 'nextDue' | 'delivery' | 'deliveries'>

/** What questions about webhooks mean to them. */
export function webhookWrite(webhooks: SqliteWebhooks, asked: Writing): Answers[Writing['type']] {
  switch (asked.type) {
    case 'webhooks.create':
      return webhooks.create(...asked.given)
    case 'webhooks.update':
      return webhooks.update(...asked.given)
    case 'webhooks.remove':
      return webhooks.remove(...asked.given)
    case 'webhooks.enqueue':
      return webhooks.enqueue(...asked.given)
    case 'webhooks.add':
      return webhooks.add(...asked.given)
    case 'webhooks.claim':
      return webhooks.claim(...asked.given)
    case 'webhooks.settle':
      return webhooks.settle(...asked.given)
  }
}

export function webhookRead(webhooks: SqliteWebhooks, asked: Reading): Answers[Reading['type']] {
  switch (asked.type) {
    case 'webhooks.get':
      return webhooks.get(...asked.given)
    case 'webhooks.list':
      return webhooks.list()
    case 'webhooks.nextDue':
      return webhooks.nextDue(...asked.given)
    case 'webhooks.delivery':
      return webhooks.delivery(...asked.given)
    case 'webhooks.deliveries':
      return webhooks.deliveries(...asked.given)
  }
}
