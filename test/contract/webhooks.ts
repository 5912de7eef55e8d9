/**
 * What every WebhookStore promises:
 *
 * K1  A webhook is there as it was made, changed, and gone when it is removed; there are so many and no more.
 * K2  Every event that a webhook is for becomes one delivery, from its making on; changes that nobody was sent of yet are one.
 * K3  One delivery of a webhook is taken at a time, the one that is due first; one that is not settled is not taken again.
 * K4  An attempt that failed waits for its time; what was taken is not sent again, unless somebody asks for it.
 * K5  A webhook whose deliveries all fail is disabled, and says why; one that goes on again sends what waited.
 * K6  Deliveries are listed newest first, page by page.
 */
import { limits, webhookEvents } from '@weft/protocol'
import type { Attempt, Storage, WebhookRecord } from '@weft/server/storage/storage'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Adapter, draft, entry, type OpenStorage, range } from './adapter.ts'

let made = 0

export function webhook(named: Partial<WebhookRecord> = {}): WebhookRecord {
  return {
    id: `webhook-${++made}`,
    url: 'https://receiver.example/',
    document: null,
    events: webhookEvents,
    description: null,
    secret: 'whsec_c2VjcmV0',
    previousSecret: null,
    previousUntil: null,
    createdBy: 'guest:ann',
    createdAt: made,
    updatedAt: made,
    disabledAt: null,
    disabledReason: null,
    failingSince: null,
    ...named,
  }
}

export const ok: Attempt = {
  at: 100,
  state: 'delivered',
  nextAt: 100,
  status: 200,
  response: 'ok',
  error: null,
  disable: null,
}
const fault: Attempt = { ...ok, state: 'waiting', nextAt: 500, status: 503, response: 'busy' }

export function webhooksSuite(adapter: Adapter): void {
  describe(`webhooks: ${adapter.name}`, () => {
    let open: OpenStorage
    let storage: Storage
    let webhooks: Storage['webhooks']

    beforeEach(async () => {
      open = await adapter.open()
      storage = open.storage
      webhooks = storage.webhooks
    })
    afterEach(() => open.discard())

    async function enqueue(at: number): Promise<void> {
      for (let left = true; left; ) ({ left } = await webhooks.enqueue(at))
    }

    async function claimOne(at: number) {
      const [claimed] = await webhooks.claim(at, 1, [])
      if (claimed === undefined) throw new Error('nothing is due')
      return claimed
    }

    test('[K1] it is there as it was made, changed and removed', async () => {
      const one = webhook({ events: ['document.created'], description: 'mine' })
      expect(await webhooks.create(one)).toBe(true)
      expect(await webhooks.get(one.id)).toEqual(one)
      const changed = { url: 'http://other.example/', secret: 'whsec_bmV3', previousSecret: one.secret }
      expect(await webhooks.update(one.id, changed, 50)).toEqual({ ...one, ...changed, updatedAt: 50 })
      const two = webhook()
      await webhooks.create(two)
      expect((await webhooks.list()).map(({ id }) => id)).toEqual([one.id, two.id])
      await webhooks.remove(one.id)
      expect([await webhooks.get(one.id), await webhooks.update(one.id, {}, 1)]).toEqual([null, null])
      await webhooks.remove('none')
    })

    test('[K1] there are so many in all, and so many of one document', async () => {
      const { id: document } = await storage.documents.create(draft())
      for (const _ of range(limits.webhooksPerDocument))
        expect(await webhooks.create(webhook({ document }))).toBe(true)
      expect(await webhooks.create(webhook({ document }))).toBe(false)
      for (const _ of range(limits.webhooks - limits.webhooksPerDocument)) await webhooks.create(webhook())
      expect(await webhooks.create(webhook())).toBe(false)
    })

    test('[K2] events become deliveries, for whom they are, once', async () => {
      const { id: before } = await storage.documents.create(draft())
      const { id: watched } = await storage.documents.create(draft())
      const all = webhook()
      const some = webhook({ document: watched, events: ['document.renamed', 'document.changed'] })
      for (const one of [all, some]) await webhooks.create(one)
      await storage.documents.update(watched, { title: 'A' }, 5, 'guest:bob')
      await storage.documents.update(before, { title: 'B', language: 'css' }, 6)
      await storage.documents.trash(watched, 7)
      for (const at of [8, 9]) await enqueue(at)
      const named = async (id: string) =>
        (await webhooks.deliveries(id, 10, null)).map(({ event, document }) => [event, document])
      expect(await named(all.id)).toEqual([
        ['document.trashed', watched],
        ['document.renamed', before],
        ['document.renamed', watched],
      ])
      expect(await named(some.id)).toEqual([['document.renamed', watched]])
      const [delivery] = await webhooks.deliveries(some.id, 1, null)
      expect(JSON.parse(delivery?.payload ?? '')).toEqual({
        type: 'document.renamed',
        timestamp: '1970-01-01T00:00:00.005Z',
        data: {
          document: watched,
          title: 'A',
          revision: 0,
          actor: 'guest:bob',
          sequence: expect.any(Number),
        },
      })
      expect(delivery).toMatchObject({ state: 'waiting', attempts: 0, nextAt: 8, createdAt: 8 })
      expect(await webhooks.delivery(some.id, delivery?.id ?? '')).toEqual(delivery)
      expect(await webhooks.delivery(all.id, delivery?.id ?? '')).toBeNull()
    })

    test('[K2] what is deleted for good is told of, but not by its name', async () => {
      const one = webhook()
      await webhooks.create(one)
      const { id } = await storage.documents.create(draft({ title: 'Private' }))
      await enqueue(1)
      await storage.documents.trash(id, 2)
      await storage.documents.purge([id], 3)
      await enqueue(4)
      const payloads = (await webhooks.deliveries(one.id, 10, null)).map(({ payload }) => JSON.parse(payload))
      expect(payloads.map(({ type }) => type)).toEqual([
        'document.deleted',
        'document.trashed',
        'document.created',
      ])
      expect(JSON.stringify(payloads)).not.toContain('Private')
      expect(payloads[0].data.document).toBe(id)
    })

    test('[K2] changes that nobody was sent of are one; those after an attempt are another', async () => {
      const { id } = await storage.documents.create(draft())
      const one = webhook({ events: ['document.changed'] })
      await webhooks.create(one)
      const change = async () => {
        await storage.updates.append(id, [entry('x')])
        await storage.events.tellChanges(10)
        await enqueue(10)
      }
      for (const _ of range(5)) await change()
      const revisions = async () =>
        (await webhooks.deliveries(one.id, 10, null)).map(({ payload }) => JSON.parse(payload).data.revision)
      expect(await revisions()).toEqual([5])
      const { delivery } = await claimOne(10)
      await change()
      expect(await revisions()).toEqual([6, 5])
      await webhooks.settle(delivery.number, fault)
      await change()
      expect(await revisions()).toEqual([7, 5])
    })

    test('[K3] one of each is taken, the first that is due', async () => {
      const [one, two] = [webhook(), webhook()]
      for (const each of [one, two]) await webhooks.create(each)
      for (const _ of range(3)) await storage.documents.create(draft({ createdAt: 1 }))
      await enqueue(10)
      expect(await webhooks.nextDue([])).toBe(10)
      expect(await webhooks.claim(9, 10, [])).toEqual([])
      const first = await webhooks.claim(10, 10, [])
      expect(first.map(({ webhook: { id } }) => id)).toEqual([one.id, two.id])
      expect(first[0]?.delivery).toMatchObject({ state: 'sending', attempts: 1, firstAt: 10 })
      const second = await webhooks.claim(10, 1, [one.id])
      expect(second.map(({ webhook: { id } }) => id)).toEqual([two.id])
      const numbers = [...first, ...second, ...(await webhooks.claim(10, 10, []))].map(
        ({ delivery }) => delivery.number,
      )
      expect(new Set(numbers).size).toBe(5)
    })

    test('[K4] a failed attempt waits for its time, a good one is the last', async () => {
      const one = webhook()
      await webhooks.create(one)
      await storage.documents.create(draft())
      await enqueue(10)
      const { delivery } = await claimOne(10)
      await webhooks.settle(delivery.number, fault)
      expect((await webhooks.get(one.id))?.failingSince).toBe(100)
      expect([await webhooks.nextDue([]), await webhooks.claim(499, 1, [])]).toEqual([500, []])
      const again = await claimOne(500)
      expect(again.delivery).toMatchObject({ id: delivery.id, attempts: 2, status: 503, response: 'busy' })
      await webhooks.settle(delivery.number, { ...ok, at: 501 })
      expect((await webhooks.get(one.id))?.failingSince).toBeNull()
      expect([await webhooks.nextDue([]), await webhooks.claim(9e9, 1, [])]).toEqual([null, []])
      await webhooks.settle(delivery.number, fault)
      expect((await webhooks.delivery(one.id, delivery.id))?.state).toBe('delivered')
      await webhooks.add({ ...delivery, createdAt: 900 })
      expect((await claimOne(900)).delivery).toMatchObject({ id: delivery.id, attempts: 1, firstAt: 900 })
    })

    test('[K5] a webhook is disabled when a delivery fails for good and none went well meanwhile', async () => {
      const [bad, mixed] = [webhook({ id: 'bad' }), webhook({ id: 'mixed' })]
      for (const each of [bad, mixed]) await webhooks.create(each)
      await storage.documents.create(draft())
      await enqueue(10)
      const claimed = await webhooks.claim(100, 2, [])
      await storage.documents.create(draft())
      await enqueue(20)
      const next = await webhooks.claim(110, 2, [])
      const numberOf = (list: typeof claimed, id: string) =>
        list.find((each) => each.webhook.id === id)?.delivery.number ?? 0
      for (const { delivery } of claimed) await webhooks.settle(delivery.number, fault)
      await webhooks.settle(numberOf(next, 'mixed'), { ...ok, at: 600 })
      for (const { delivery } of await webhooks.claim(700, 2, []))
        await webhooks.settle(delivery.number, { ...fault, at: 700, state: 'failed' })
      expect(await webhooks.get('mixed')).toMatchObject({ disabledAt: null, failingSince: 700 })
      expect(await webhooks.get('bad')).toMatchObject({
        disabledAt: 700,
        disabledReason: expect.stringMatching(/failed/),
      })
      await storage.documents.create(draft())
      await enqueue(800)
      await webhooks.settle(numberOf(next, 'bad'), { ...fault, nextAt: 750 })
      expect((await webhooks.claim(900, 2, [])).map((each) => each.webhook.id)).toEqual(['mixed'])
      await webhooks.update('bad', { disabledAt: null, disabledReason: null, failingSince: null }, 1_000)
      await enqueue(1_000)
      const rest = await webhooks.claim(1_000, 2, ['mixed'])
      expect(rest.map(({ delivery }) => delivery.number)).toEqual([numberOf(next, 'bad')])
      expect(await webhooks.claim(1_000, 2, ['mixed'])).toEqual([])
    })

    test('[K6] deliveries are listed newest first, each once', async () => {
      const one = webhook()
      await webhooks.create(one)
      for (const _ of range(7)) await storage.documents.create(draft())
      await enqueue(10)
      const found: number[] = []
      for (let before: number | null = null; ; ) {
        const page = await webhooks.deliveries(one.id, 3, before)
        found.push(...page.map(({ number }) => number))
        before = page.at(-1)?.number ?? null
        if (page.length < 3) break
      }
      expect(found).toHaveLength(7)
      expect(found).toEqual(found.toSorted((a, b) => b - a))
      await webhooks.remove(one.id)
      expect(await webhooks.deliveries(one.id, 3, null)).toEqual([])
      expect(await webhooks.add({ ...webhookDelivery, webhook: one.id })).toBeNull()
    })
  })
}

const webhookDelivery = { id: 'd', webhook: '', event: 'ping', document: null, payload: '{}', createdAt: 1 }
