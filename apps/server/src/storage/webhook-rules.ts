/** What adapters of the webhook store decide alike. */
import { limits, type WebhookEvent, webhookEvents } from '@weft/protocol'
import type { StoredEvent } from './event-store.ts'
import type { Attempt, DeliveryRecord, NewDelivery, WebhookRecord } from './webhook-store.ts'

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

export interface Settled {
  /** Of the delivery. */
  readonly state: DeliveryRecord['state']
  readonly firstAt: number
  /** Of the webhook. */
  readonly failingSince: number | null
  /** Why it is to be disabled; `null`: it is not. */
  readonly reason: string | null
}

/** What an attempt makes of the delivery that was taken and of its webhook. */
export function settled(
  { at, state, disable }: Attempt,
  taken: Pick<DeliveryRecord, 'attempts' | 'firstAt' | 'lastAt'>,
  failingBefore: number | null,
): Settled {
  const isFirst = taken.attempts === 1 || taken.lastAt === null
  const firstAt = isFirst ? Math.max(taken.firstAt ?? at, at) : (taken.firstAt ?? at)
  if (state === 'withheld') return { state: 'failed', firstAt, failingSince: failingBefore, reason: disable }
  const failingSince = state === 'delivered' ? null : (failingBefore ?? at)
  const isPersistent = state === 'failed' && failingSince !== null && failingSince <= firstAt
  const reason = isPersistent ? 'Every delivery failed for as long as one was tried.' : null
  return { state, firstAt, failingSince, reason: disable ?? reason }
}

/** Nothing is put off for longer: what is due later was put off by a clock that went wrong, and is due now. */
export const longestWaitMs = 25 * 60 * 60 * 1_000

export const tooManyWait = `More than ${limits.webhookWaiting} deliveries wait.`
