/** What webhooks tell of. `document.changed` tells of many edits at once. */
export const webhookEvents = [
  'document.created',
  'document.renamed',
  'document.changed',
  'document.trashed',
  'document.restored',
  'document.deleted',
] as const

export type WebhookEvent = (typeof webhookEvents)[number]
