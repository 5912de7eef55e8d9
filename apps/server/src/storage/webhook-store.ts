/**
 * Webhooks, and what is to be sent to them. Events become deliveries in one transaction with the mark of how far that
 * has gone, and a delivery waits until an attempt was answered: so each is sent once at least, whatever crashes.
 */
import type { ActorId, DocumentId, WebhookEvent } from '@weft/protocol'

export interface WebhookRecord {
  readonly id: string
  readonly url: string
  /** `null`: all. */
  readonly document: DocumentId | null
  readonly events: readonly WebhookEvent[]
  readonly description: string | null
  readonly secret: string
  /** Signs too, until then. */
  readonly previousSecret: string | null
  readonly previousUntil: number | null
  readonly createdBy: ActorId
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly disabledAt: number | null
  readonly disabledReason: string | null
  /** When the first attempt failed since one went well. */
  readonly failingSince: number | null
}

export type WebhookChanges = Partial<
  Pick<
    WebhookRecord,
    | 'url'
    | 'events'
    | 'description'
    | 'secret'
    | 'previousSecret'
    | 'previousUntil'
    | 'disabledAt'
    | 'disabledReason'
    | 'failingSince'
  >
>

export interface DeliveryRecord {
  /** Where it stands among all. */
  readonly number: number
  readonly id: string
  readonly webhook: string
  readonly event: string
  readonly document: DocumentId | null
  /** JSON. */
  readonly payload: string
  readonly createdAt: number
  readonly state: 'waiting' | 'sending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly nextAt: number
  /** When the first attempt began, then when it was over. */
  readonly firstAt: number | null
  readonly lastAt: number | null
  readonly status: number | null
  readonly response: string | null
  readonly error: string | null
}

export type NewDelivery = Pick<
  DeliveryRecord,
  'id' | 'webhook' | 'event' | 'document' | 'payload' | 'createdAt'
>

export interface Attempt {
  readonly at: number
  /** `waiting`: for another attempt at `nextAt`. `withheld`: it failed without being sent, which blames no receiver. */
  readonly state: 'waiting' | 'delivered' | 'failed' | 'withheld'
  readonly nextAt: number
  readonly status: number | null
  readonly response: string | null
  readonly error: string | null
  /** Disables the webhook; `null`: it goes on, unless this was the last attempt and none went well since its first. */
  readonly disable: string | null
}

export interface Claimed {
  readonly delivery: DeliveryRecord
  readonly webhook: WebhookRecord
}

export interface WebhookStore {
  /**
   * False: there are as many as there may be; those of a document that is deleted for good go when its end was told.
   * Tells of what happens from now on.
   */
  create(webhook: WebhookRecord): Promise<boolean>
  get(id: string): Promise<WebhookRecord | null>
  /** Oldest first. */
  list(): Promise<readonly WebhookRecord[]>
  /** `null`: there is none. One that is enabled again tells of what happens from then on, and sends what waited. */
  update(id: string, changes: WebhookChanges, at: number): Promise<WebhookRecord | null>
  /** With its deliveries. */
  remove(id: string): Promise<void>
  /** Makes deliveries of events, some at a time. `left`: there are more. */
  enqueue(at: number): Promise<{ readonly left: boolean }>
  /** One more, or, under an id that is there, that one again. `null`: the webhook is gone. */
  add(delivery: NewDelivery): Promise<DeliveryRecord | null>
  /** Takes what is due, one of each webhook that is enabled and not among `busy`. */
  claim(at: number, most: number, busy: readonly string[]): Promise<readonly Claimed[]>
  /** When the next is due; `null`: none waits. */
  nextDue(busy: readonly string[]): Promise<number | null>
  /** What became of one that was taken. */
  settle(number: number, attempt: Attempt): Promise<void>
  delivery(webhook: string, id: string): Promise<DeliveryRecord | null>
  /** Newest first, from before that number on; `null`: from the newest. */
  deliveries(webhook: string, limit: number, before: number | null): Promise<readonly DeliveryRecord[]>
}
