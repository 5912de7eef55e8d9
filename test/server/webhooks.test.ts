/** Webhooks over HTTP, from their making to what a receiver gets, through a real server. */
import { createHmac } from 'node:crypto'
import { limits } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { type Received, type WebhookReceiver, webhookReceiver } from '../support/webhook-receiver.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
let receiver: WebhookReceiver
beforeAll(async () => {
  server = await weft({
    webhookAllow: '127.0.0.1, allowed.example',
    resolve: async (host) => [{ address: host === 'public.example' ? '10.0.0.1' : '127.0.0.1', family: 4 }],
  })
  receiver = await webhookReceiver()
})
afterAll(async () => {
  await server.close()
  await receiver[Symbol.asyncDispose]()
})

type Resource = Readonly<Record<string, unknown>> & { readonly id: string; readonly secret: string }

async function make(draft: Readonly<Record<string, unknown>> = {}): Promise<Resource> {
  const answer = await server.ask('POST', '/webhooks', { url: receiver.url, ...draft })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json as Resource
}

const remove = (id: string) => server.ask('DELETE', `/webhooks/${id}`)

const deliveries = async (id: string) =>
  ((await server.ask('GET', `/webhooks/${id}/deliveries`)).json as { deliveries: readonly Resource[] })
    .deliveries

/** By hand, as the standard says it: with a library, both sides might be wrong alike. */
function signature({ headers, body }: Received, secret: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

const about = (document: string) =>
  receiver.received.filter(({ payload }) => payload.data.document === document)

describe('a webhook', () => {
  it('is made with a secret that is shown once, read, listed, changed and deleted', async () => {
    const { id: document } = await server.create({})
    const { secret, ...made } = await make({ document, events: ['document.renamed'], description: 'Mine' })
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/)
    expect(made).toMatchObject({
      url: receiver.url,
      document,
      events: ['document.renamed'],
      description: 'Mine',
      createdBy: 'guest:anonymous',
      disabledAt: null,
    })
    const path = `/webhooks/${made.id}`
    const read = await server.ask('GET', path)
    expect([read.status, read.json]).toEqual([200, made])
    const listed = (await server.ask('GET', `/webhooks?document=${document}`)).json
    expect(listed).toEqual({ webhooks: [made] })
    const changes = { description: null, events: ['document.trashed'], enabled: false }
    const changed = (await server.ask('PATCH', path, changes)).json
    expect(changed).toMatchObject({ description: null, events: ['document.trashed'] })
    expect(changed).toMatchObject({ disabledReason: 'It was stopped by hand.' })
    expect((await remove(made.id)).status).toBe(204)
    expect((await server.ask('GET', path)).json).toMatchObject({ code: 'not-found' })
    expect([read.text, JSON.stringify(listed)].join()).not.toContain('whsec')
  })

  it.each([
    [{ url: 'http://10.0.0.1/' }, 'webhook-url-refused'],
    [{ url: 'http://[::1]/' }, 'webhook-url-refused'],
    [{ url: 'http://2130706434/' }, 'webhook-url-refused'],
    [{ url: 'ftp://receiver.example/' }, 'webhook-url-refused'],
    [{ url: 'https://a:b@receiver.example/' }, 'webhook-url-refused'],
    [{ url: 'https://receiver.example:25/' }, 'webhook-url-refused'],
    [{ url: `https://receiver.example/${'x'.repeat(limits.webhookUrlLength)}` }, 'invalid-request'],
    [{}, 'invalid-request'],
    [{ url: 'https://receiver.example/', events: [] }, 'invalid-request'],
    [{ url: 'https://receiver.example/', events: ['document.read'] }, 'invalid-request'],
    [{ url: 'https://receiver.example/', secret: 'mine' }, 'invalid-request'],
    [{ url: 'https://receiver.example/', document: 'nothing' }, 'not-found'],
    [{ url: 'https://receiver.example/', document: '../etc' }, 'invalid-request'],
  ])('%j is refused', async (draft, code) => {
    const before = (await server.ask('GET', '/webhooks')).text
    expect((await server.ask('POST', '/webhooks', draft)).json).toMatchObject({ code })
    expect((await server.ask('GET', '/webhooks')).text).toBe(before)
  })

  it('that is not there is not found, whatever is asked of it', async () => {
    const path = `/webhooks/${'A'.repeat(22)}`
    for (const [method, rest, body] of [
      ['GET', ''],
      ['PATCH', '', { enabled: true }],
      ['DELETE', ''],
      ['POST', '/secret'],
      ['POST', '/ping'],
      ['GET', '/deliveries'],
      ['POST', '/deliveries/x/redeliver'],
    ] as const)
      expect((await server.ask(method, path + rest, body)).json).toMatchObject({ code: 'not-found' })
  })
})

describe('a receiver', () => {
  it('is told what happens to documents, signed, in order, and not what is in them', async () => {
    const { id: webhook, secret } = await make()
    const { id } = await server.create({ title: 'Told', content: 'The text itself' })
    await server.ask('PATCH', `/documents/${id}`, { title: 'Renamed' })
    await server.ask('DELETE', `/documents/${id}`)
    await server.ask('POST', `/documents/${id}/restore`)
    await until(() => about(id).length === 4)
    expect(about(id).map(({ payload }) => payload.type)).toEqual([
      'document.created',
      'document.renamed',
      'document.trashed',
      'document.restored',
    ])
    const [created] = about(id)
    if (created === undefined) throw new Error('nothing came')
    expect(JSON.parse(created.body)).toEqual({
      type: 'document.created',
      timestamp: expect.stringMatching(/Z$/),
      data: {
        document: id,
        title: 'Told',
        revision: 1,
        actor: 'guest:anonymous',
        sequence: expect.any(Number),
      },
    })
    expect(created.headers).toMatchObject({ 'content-type': 'application/json' })
    expect(created.headers['webhook-signature']).toBe(signature(created, secret))
    expect(Math.abs(Number(created.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60)
    await until(async () => (await deliveries(webhook)).every(({ state }) => state === 'delivered'))
    expect((await deliveries(webhook))[0]).toMatchObject({
      event: 'document.restored',
      document: id,
      attempts: 1,
      status: 204,
      nextAttemptAt: null,
      error: null,
    })
    await remove(webhook)
  })

  it('is told that content changed, once for many edits', async () => {
    const { id } = await server.create({})
    const { id: webhook } = await make({ document: id, events: ['document.changed'] })
    for (const name of ['guest:a', 'guest:b', 'guest:a'])
      await server.storage.updates.append(id as never, [
        { update: new Uint8Array([0, 0]), actor: name, at: 1 },
      ])
    await server.ask('PATCH', `/documents/${id}`, { title: 'Told at once' })
    await until(() => about(id).some(({ payload }) => payload.type === 'document.changed'))
    expect(about(id).filter(({ headers }) => `${headers['webhook-id']}`.startsWith(webhook))).toHaveLength(1)
    expect(about(id).at(-1)?.payload.data).toMatchObject({ revision: 3, actor: null })
    await remove(webhook)
  })

  it('can check what it gets by the old secret and by the new one, while both hold', async () => {
    const { id: webhook, secret } = await make({ events: ['document.trashed'] })
    const rotated = (await server.ask('POST', `/webhooks/${webhook}/secret`)).json as Resource
    expect(rotated.secret).not.toBe(secret)
    expect((await server.ask('POST', `/webhooks/${webhook}/ping`)).status).toBe(202)
    const ping = await until(() => receiver.received.find(({ payload }) => payload.type === 'ping'))
    const signatures = `${ping.headers['webhook-signature']}`.split(' ')
    expect(signatures).toEqual([signature(ping, rotated.secret), signature(ping, secret)])
    await remove(webhook)
  })

  it('that says no is asked again later, and can be sent the same again by hand', async () => {
    receiver.answer = (response) => response.writeHead(500).end('<b>broken</b>')
    const { id: webhook } = await make({ events: ['document.created'] })
    const { id } = await server.create({})
    await until(async () => (await deliveries(webhook)).some(({ status }) => status === 500))
    const [failed] = await deliveries(webhook)
    expect(failed).toMatchObject({ state: 'waiting', attempts: 1, response: '<b>broken</b>' })
    const read = (await server.ask('GET', `/webhooks/${webhook}`)).json as Resource
    expect(read.failingSince).not.toBeNull()
    receiver.answer = (response) => response.writeHead(200).end('thanks')
    const again = await server.ask('POST', `/webhooks/${webhook}/deliveries/${failed?.id}/redeliver`)
    expect([again.status, again.json]).toMatchObject([202, { id: failed?.id }])
    await until(async () => (await deliveries(webhook))[0]?.state === 'delivered')
    const [first, second] = about(id)
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.body).toBe(first?.body)
    await remove(webhook)
  })

  it('that is gone for good is not asked again, until somebody says so', async () => {
    receiver.answer = (response) => response.writeHead(410).end()
    const { id: webhook } = await make({ events: ['document.created'] })
    await server.create({})
    const disabled = await until(async () => {
      const read = (await server.ask('GET', `/webhooks/${webhook}`)).json as Resource
      return read.disabledAt === null ? null : read
    })
    expect(disabled.disabledReason).toContain('410')
    const refused = await server.ask('POST', `/webhooks/${webhook}/ping`)
    expect(refused.json).toMatchObject({ code: 'webhook-disabled' })
    receiver.answer = (response) => response.writeHead(204).end()
    expect((await server.ask('PATCH', `/webhooks/${webhook}`, { enabled: true })).json).toMatchObject({
      disabledAt: null,
      disabledReason: null,
      failingSince: null,
    })
    const { id } = await server.create({})
    await until(() => about(id).length === 1)
    await remove(webhook)
  })

  it('whose name means a private address gets nothing, and its webhook says why', async () => {
    const before = receiver.connections
    const { id: webhook } = await make({ url: 'http://public.example/', events: ['document.created'] })
    await server.create({})
    const [failed] = await until(async () => {
      const all = await deliveries(webhook)
      return all.some(({ error }) => error !== null) ? all : null
    })
    expect(failed).toMatchObject({ status: null, error: 'public.example is not at a public address.' })
    expect(receiver.connections).toBe(before)
    await remove(webhook)
  })

  it('that redirects to this machine is not followed there', async () => {
    receiver.answer = (response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${server.port}/api/v1/documents` }).end()
    const { id: webhook } = await make({ events: ['document.created'] })
    await server.create({})
    await until(async () => (await deliveries(webhook)).some(({ status }) => status === 307))
    expect((await deliveries(webhook))[0]?.error).toContain('redirect')
    receiver.answer = (response) => response.writeHead(204).end()
    await remove(webhook)
  })

  it('is one of many: deliveries are paged', async () => {
    const { id: webhook } = await make({ events: ['document.created'] })
    for (let made = 0; made < 5; made++) await server.create({})
    await until(async () => (await deliveries(webhook)).length === 5)
    const ids: string[] = []
    for (let cursor = ''; ; ) {
      const answer = await server.ask('GET', `/webhooks/${webhook}/deliveries?limit=2${cursor}`)
      const page = answer.json as { deliveries: readonly Resource[]; next: string | null }
      ids.push(...page.deliveries.map(({ id }) => id))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(ids).toEqual((await deliveries(webhook)).map(({ id }) => id))
    await remove(webhook)
  })
})
