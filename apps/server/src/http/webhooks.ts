import type { OpenAPIHono } from '@hono/zod-openapi'
import { limits, mayWrite, type WebhookResource, webhookEvents } from '@weft/protocol'
import { apiBase, routes } from '@weft/protocol/routes'
import { freshId } from '../fresh-id.ts'
import type { WebhookChanges, WebhookRecord } from '../storage/storage.ts'
import { AddressRefused, parseTarget } from '../webhooks/address-guard.ts'
import { freshSecret } from '../webhooks/signing.ts'
import { authorised, documentId } from './authorised.ts'
import { deliveryResource, isoOrNull } from './deliveries.ts'
import type { HttpContext, HttpDeps, HttpEnv } from './env.ts'
import { Refused } from './refused.ts'
import { madeOnce, repeatOf } from './repeatable.ts'

export function serveWebhooks(api: OpenAPIHono<HttpEnv>, deps: HttpDeps): void {
  const { storage, access, timers, allowedHosts, dispatcher } = deps
  const { webhooks } = storage

  /** Those of a document are for who may write in it, those of the server for who may manage it. */
  async function isMine(c: HttpContext, { document }: Pick<WebhookRecord, 'document'>): Promise<boolean> {
    if (document === null) return access.mayManage(c.var.actor)
    const record = await storage.documents.get(document)
    const role = record === null ? null : access.roleOf(c.var.actor, record)
    return role !== null && mayWrite(role)
  }

  async function mine(c: HttpContext, id: string): Promise<WebhookRecord> {
    const found = await webhooks.get(id)
    if (found === null || !(await isMine(c, found))) throw new Refused('not-found')
    return found
  }

  function checked(url: string): string {
    try {
      return parseTarget(url, allowedHosts).href
    } catch (error) {
      if (!(error instanceof AddressRefused)) throw error
      throw new Refused('webhook-url-refused', { detail: error.message })
    }
  }

  api.openapi(routes.createWebhook, async (c) => {
    const { url, document = null, events = webhookEvents, description = null } = c.req.valid('json')
    if (document !== null) await authorised(c, deps, document, 'write')
    else if (!access.mayManage(c.var.actor)) throw new Refused('forbidden')
    const at = timers.now()
    const draft: Omit<WebhookRecord, 'id'> = {
      url: checked(url),
      document: document === null ? null : documentId(document),
      events: [...new Set(events)],
      description,
      secret: freshSecret(),
      previousSecret: null,
      previousUntil: null,
      createdBy: c.var.actor.id,
      createdAt: at,
      updatedAt: at,
      disabledAt: null,
      disabledReason: null,
      failingSince: null,
    }
    const webhook = await madeOnce(c, webhooks.get, async (id) => {
      if (!(await webhooks.create({ id, ...draft }))) throw new Refused('too-many-webhooks')
      return { id, ...draft }
    })
    const location = `${apiBase}/webhooks/${webhook.id}`
    return c.json({ ...resource(webhook), secret: webhook.secret }, 201, { location })
  })

  api.openapi(routes.listWebhooks, async (c) => {
    const { document } = c.req.valid('query')
    const all = await webhooks.list()
    const wanted = document === undefined ? all : all.filter((one) => one.document === document)
    const allowed = await Promise.all(wanted.map((one) => isMine(c, one)))
    return c.json({ webhooks: wanted.filter((_, index) => allowed[index]).map(resource) }, 200)
  })

  api.openapi(routes.getWebhook, async (c) => c.json(resource(await mine(c, c.req.valid('param').id)), 200))

  api.openapi(routes.changeWebhook, async (c) => {
    const { id, disabledAt } = await mine(c, c.req.valid('param').id)
    const { url, events, description, enabled } = c.req.valid('json')
    const at = timers.now()
    const changes: WebhookChanges = {
      ...(url === undefined ? {} : { url: checked(url) }),
      ...(events === undefined ? {} : { events: [...new Set(events)] }),
      ...(description === undefined ? {} : { description }),
      ...(enabled === true ? { disabledAt: null, disabledReason: null, failingSince: null } : {}),
      ...(enabled === false && disabledAt === null
        ? { disabledAt: at, disabledReason: 'It was stopped by hand.' }
        : {}),
    }
    const changed = await webhooks.update(id, changes, at)
    if (changed === null) throw new Refused('not-found')
    dispatcher.wake()
    return c.json(resource(changed), 200)
  })

  api.openapi(routes.deleteWebhook, async (c) => {
    const { id } = await mine(c, c.req.valid('param').id)
    await webhooks.remove(id)
    return c.body(null, 204)
  })

  api.openapi(routes.rotateWebhookSecret, async (c) => {
    const { id, secret: previousSecret, previousUntil: until } = await mine(c, c.req.valid('param').id)
    const { noted, note } = repeatOf(c)
    // Twice, the one that receivers know would be lost to one that nobody was told.
    if (noted === previousSecret && until !== null)
      return c.json({ secret: noted, previousSecretUntil: new Date(until).toISOString() }, 200)
    const at = timers.now()
    const secret = noted ?? freshSecret()
    if (noted === null) await note(secret)
    const previousUntil = at + limits.webhookOverlapMs
    const changed = await webhooks.update(id, { secret, previousSecret, previousUntil }, at)
    if (changed === null) throw new Refused('not-found')
    return c.json({ secret, previousSecretUntil: new Date(previousUntil).toISOString() }, 200)
  })

  api.openapi(routes.pingWebhook, async (c) => {
    const webhook = await mine(c, c.req.valid('param').id)
    const createdAt = timers.now()
    const payload = { type: 'ping', timestamp: new Date(createdAt).toISOString(), data: {} }
    return queue(webhook, {
      id: await pingId(c),
      webhook: webhook.id,
      event: 'ping',
      document: null,
      payload: JSON.stringify(payload),
      createdAt,
    }).then((delivery) => c.json(delivery, 202))
  })

  api.openapi(routes.listDeliveries, async (c) => {
    const { id } = await mine(c, c.req.valid('param').id)
    const { limit = limits.pageSize, cursor } = c.req.valid('query')
    const found = await webhooks.deliveries(id, limit + 1, cursor === undefined ? null : Number(cursor))
    const page = found.slice(0, limit)
    const next = found.length > limit ? `${page.at(-1)?.number}` : null
    return c.json({ deliveries: page.map(deliveryResource), next }, 200)
  })

  api.openapi(routes.redeliver, async (c) => {
    const { id, delivery: name } = c.req.valid('param')
    const webhook = await mine(c, id)
    const delivery = await webhooks.delivery(webhook.id, name)
    if (delivery === null) throw new Refused('not-found')
    return c.json(await queue(webhook, { ...delivery, createdAt: timers.now() }), 202)
  })

  async function pingId(c: HttpContext): Promise<string> {
    const { noted, note } = repeatOf(c)
    const id = noted ?? freshId()
    if (noted === null) await note(id)
    return id
  }

  async function queue(webhook: WebhookRecord, delivery: Parameters<typeof webhooks.add>[0]) {
    if (webhook.disabledAt !== null)
      throw new Refused('webhook-disabled', {
        detail: `${webhook.disabledReason ?? ''} Enable it first.`.trim(),
      })
    const added = await webhooks.add(delivery)
    if (added === null) throw new Refused('not-found')
    dispatcher.wake()
    return deliveryResource(added)
  }
}

/** Without what signs: whoever may read a webhook need not be able to forge what it sends. */
function resource(webhook: WebhookRecord): WebhookResource {
  const { id, url, document, events, description, createdBy, disabledReason } = webhook
  return {
    id,
    url,
    document,
    events: [...events],
    description,
    createdBy,
    createdAt: new Date(webhook.createdAt).toISOString(),
    updatedAt: new Date(webhook.updatedAt).toISOString(),
    disabledAt: isoOrNull(webhook.disabledAt),
    disabledReason,
    failingSince: isoOrNull(webhook.failingSince),
    previousSecretUntil: isoOrNull(webhook.previousUntil),
  }
}
