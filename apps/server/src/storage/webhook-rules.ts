/** What adapters of the webhook store decide alike. */
import { limits, type WebhookEvent, webhookEvents } from '@weft/protocol'
import type { StoredEvent } from './event-store.ts'
import type { Attempt, NewDelivery, WebhookRecord } from './webhook-store.ts'

/** `null`: this webhook is not told of that. */
export function deliveryOf(webhook: WebhookRecord, event: StoredEvent, at: number): NewDelivery | null {
  const type = nameOf(event)
  if (type === null || !webhook.events.includes(type)) return null
  if (webhook.document !== null && webhook.document !== event.document) return null
  const { document, sequence, revision, title, actor } = event
  const payload = {
    type,
    timestamp: new Date(event.at).toISOString(),
    data: { document, title, revision, actor, sequence },
  }
  return {
    id: `${webhook.id}-${sequence}`,
    webhook: webhook.id,
    event: type,
    document,
    payload: JSON.stringify(payload),
    createdAt: at,
  }
}

function nameOf({ type }: StoredEvent): WebhookEvent | null {
  return webhookEvents.find((name) => name === `document.${type}`) ?? null
}

export function mayBeAdded(webhook: WebhookRecord, others: readonly WebhookRecord[]): boolean {
  const ofDocument = others.filter(({ document }) => document !== null && document === webhook.document)
  return others.length < limits.webhooks && ofDocument.length < limits.webhooksPerDocument
}

/** The reason to disable a webhook after an attempt; `null`: there is none. */
export function reasonToDisable(
  { state, disable }: Attempt,
  failingSince: number | null,
  firstAt: number,
): string | null {
  if (disable !== null) return disable
  const isPersistent = state === 'failed' && failingSince !== null && failingSince <= firstAt
  return isPersistent ? 'Every delivery failed for as long as one was tried.' : null
}

export const tooManyWait = `More than ${limits.webhookWaiting} deliveries wait.`
