/** Signatures as Standard Webhooks has them, so that receivers in any language can check them with a library. */
import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { WebhookRecord } from '../storage/storage.ts'

type Signing = Pick<WebhookRecord, 'secret' | 'previousSecret' | 'previousUntil'>

export function freshSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** The headers of one attempt: its id is the same at each, its time and its signature are not. */
export function signedHeaders(
  { secret, previousSecret, previousUntil }: Signing,
  id: string,
  at: number,
  body: string,
): Readonly<Record<string, string>> {
  const isOverlap = previousSecret !== null && previousUntil !== null && at < previousUntil
  const secrets = isOverlap ? [secret, previousSecret] : [secret]
  return {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at / 1_000)}`,
    'webhook-signature': secrets.map((each) => new Webhook(each).sign(id, new Date(at), body)).join(' '),
  }
}
