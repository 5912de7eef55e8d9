/** What every WebhookStore promises of deliveries when things go wrong between two steps: see webhooks.ts for K1 to K6. */
import { limits } from '@weft/protocol'
import type { Attempt, Storage } from '@weft/server/storage/storage'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Adapter, draft, entry, type OpenStorage, range } from './adapter.ts'
import { ok, webhook } from './webhooks.ts'

const fault: Attempt = { ...ok, state: 'waiting', nextAt: 500, status: 503 }

export function deliveriesSuite(adapter: Adapter): void {
  describe(`deliveries: ${adapter.name}`, () => {
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
      return claimed.delivery
    }

    async function made() {
      const one = webhook()
      await webhooks.create(one)
      return one.id
    }

    async function change(id: Parameters<Storage['updates']['append']>[0], at: number) {
      await storage.updates.append(id, [entry('x')])
      await storage.events.tellChanges(at)
      await enqueue(at)
    }

    const ping = (id: string, name: string, createdAt = 10) => ({
      ...{ id: name, webhook: id, event: 'ping', document: null, payload: '{}', createdAt },
    })

    test('[K4] what was put off by a clock that was years ahead is due when the clock is right again', async () => {
      const id = await made()
      const years = 40 * 365 * 24 * 60 * 60 * 1_000
      await webhooks.add(ping(id, 'ahead', years))
      await webhooks.add(ping(id, 'now', 10))
      expect((await claimOne(10)).id).toBe('now')
      const ahead = await claimOne(20)
      expect(ahead.id).toBe('ahead')
      await webhooks.settle(ahead.number, { ...fault, at: 20, nextAt: 20 + 24 * 60 * 60 * 1_000 })
      expect(await webhooks.claim(30, 1, [])).toEqual([])
    })

    test('[K4] the end of a delivery whose webhook was removed meanwhile is not taken for that of another', async () => {
      const [gone, there] = [await made(), await made()]
      await webhooks.add(ping(gone, 'first'))
      const first = await claimOne(10)
      await webhooks.remove(gone)
      await webhooks.add(ping(there, 'second'))
      const second = await claimOne(10)
      await webhooks.settle(first.number, { ...ok, state: 'failed', disable: 'gone' })
      expect((await webhooks.get(there))?.disabledAt).toBeNull()
      expect((await webhooks.delivery(there, 'second'))?.state).toBe('sending')
      await webhooks.settle(second.number, ok)
      expect((await webhooks.delivery(there, 'second'))?.state).toBe('delivered')
    })

    test('[K5] the first delivery of all disables its webhook too, when each attempt took its time', async () => {
      const id = await made()
      await webhooks.add(ping(id, 'only'))
      await webhooks.settle((await claimOne(10)).number, { ...fault, at: 15, nextAt: 20 })
      await webhooks.settle((await claimOne(20)).number, { ...fault, at: 25, state: 'failed' })
      expect(await webhooks.get(id)).toMatchObject({ disabledAt: 25, disabledReason: expect.any(String) })
    })

    test('[K5] a delivery that went well between two attempts of another keeps the webhook enabled', async () => {
      const id = await made()
      for (const name of ['bad', 'good']) await webhooks.add(ping(id, name))
      const [bad, good] = [await claimOne(10), await claimOne(10)]
      await webhooks.settle(bad.number, { ...fault, at: 15, nextAt: 30 })
      await webhooks.settle(good.number, { ...ok, at: 20 })
      await webhooks.settle((await claimOne(30)).number, { ...fault, at: 35, state: 'failed' })
      expect(await webhooks.get(id)).toMatchObject({ disabledAt: null, failingSince: 35 })
    })

    test('[K5] what was not sent says nothing about who would have got it', async () => {
      const id = await made()
      const withheld: Attempt = { ...fault, at: 10, status: null, state: 'withheld', error: 'not theirs' }
      for (const name of ['a', 'b', 'c']) await webhooks.add(ping(id, name))
      for (const _ of range(3)) await webhooks.settle((await claimOne(10)).number, withheld)
      expect(await webhooks.get(id)).toMatchObject({ disabledAt: null, failingSince: null })
      expect(await webhooks.delivery(id, 'a')).toMatchObject({ state: 'failed', error: 'not theirs' })
    })

    test('[K2] a later change is not put into a delivery that was sent once and waits to be sent again', async () => {
      const { id: document } = await storage.documents.create(draft())
      const one = webhook({ events: ['document.changed'] })
      await webhooks.create(one)
      await change(document, 10)
      const sent = await claimOne(10)
      await webhooks.settle(sent.number, ok)
      await webhooks.add({ ...sent, createdAt: 20 })
      await change(document, 30)
      const found = await webhooks.deliveries(one.id, 10, null)
      expect(found.map(({ payload }) => JSON.parse(payload).data.revision)).toEqual([2, 1])
      expect(found.at(-1)).toMatchObject({ id: sent.id, payload: sent.payload })
    })

    test('[K2] a later change does not go before what happened to the document between', async () => {
      const { id: document } = await storage.documents.create(draft())
      const one = webhook({ events: ['document.changed', 'document.renamed'] })
      await webhooks.create(one)
      await change(document, 10)
      await storage.documents.update(document, { title: 'New' }, 11)
      await enqueue(11)
      for (const at of [12, 13]) await change(document, at)
      const sequences: number[] = []
      for (const _ of range(3)) {
        const { number, payload } = await claimOne(20)
        sequences.push(JSON.parse(payload).data.sequence)
        await webhooks.settle(number, ok)
      }
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
      expect(await webhooks.nextDue([])).toBeNull()
    })

    test('[K1] what is sent by hand is bounded too', async () => {
      const id = await made()
      for (const number of range(limits.webhookFinished + 20)) {
        await webhooks.add(ping(id, `ping-${number}`))
        await webhooks.settle((await claimOne(10)).number, ok)
      }
      expect(await webhooks.deliveries(id, 2 * limits.webhookFinished, null)).toHaveLength(
        limits.webhookFinished,
      )
    })

    test('[K1] webhooks of documents that are deleted for good make room, once their end is told', async () => {
      const { id: document } = await storage.documents.create(draft())
      const { id: watched } = await storage.documents.create(draft())
      const [kept, disabled] = [webhook({ document }), webhook({ document })]
      for (const one of [kept, disabled]) await webhooks.create(one)
      await webhooks.update(disabled.id, { disabledAt: 1, disabledReason: 'by hand' }, 1)
      await storage.documents.trash(document, 2)
      for (const _ of range(limits.webhooks - 2)) expect(await webhooks.create(webhook())).toBe(true)
      expect(await webhooks.create(webhook({ document: watched }))).toBe(false)
      await storage.documents.purge([document], 3)
      // Of the one that is disabled nothing is to be told any more.
      expect(await webhooks.create(webhook({ document: watched }))).toBe(true)
      expect(await webhooks.create(webhook({ document: watched }))).toBe(false)
      await enqueue(4)
      expect(await webhooks.create(webhook({ document: watched }))).toBe(false)
      for (const { delivery } of await webhooks.claim(4, 2 * limits.webhooks, []))
        await webhooks.settle(delivery.number, ok)
      while ((await webhooks.nextDue([])) !== null)
        for (const { delivery } of await webhooks.claim(4, 2 * limits.webhooks, []))
          await webhooks.settle(delivery.number, ok)
      expect(await webhooks.create(webhook({ document: watched }))).toBe(true)
      expect(await webhooks.get(kept.id)).toBeNull()
    })
  })
}
