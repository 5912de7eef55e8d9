import type { DeliveryResource } from '@weft/protocol'
import type { DeliveryRecord } from '../storage/storage.ts'

/** One that is being sent waits, to those who look: for its answer. */
export function deliveryResource(delivery: DeliveryRecord): DeliveryResource {
  const { id, event, document, attempts, status, response, error } = delivery
  const state = delivery.state === 'sending' ? 'waiting' : delivery.state
  return {
    id,
    event,
    document,
    createdAt: new Date(delivery.createdAt).toISOString(),
    state,
    attempts,
    lastAttemptAt: isoOrNull(delivery.lastAt),
    nextAttemptAt: delivery.state === 'waiting' ? new Date(delivery.nextAt).toISOString() : null,
    status,
    response,
    error,
  }
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
