/** The webhook store in memory: see webhook-store.ts. Each function that `passage` runs is one transaction. */
import { type DocumentId, limits } from '@weft/protocol'
import type { MemoryEvents } from './memory-events.ts'
import type { Passage } from './memory-passage.ts'
import { deliveryOf, longestWaitMs, mayBeAdded, settled, tooManyWait } from './webhook-rules.ts'
import type { DeliveryRecord, NewDelivery, WebhookRecord, WebhookStore } from './webhook-store.ts'

interface Held {
  record: WebhookRecord
  told: number
}

export interface MemoryWebhooks extends WebhookStore {
  /** Inside a transaction: it is deleted for good, and what is sent of it does not say what it was called. */
  forget(document: DocumentId): void
}

export function memoryWebhooks(events: Pick<MemoryEvents, 'after'>, passage: Passage): MemoryWebhooks {
  const webhooks = new Map<string, Held>()
  const deliveries = new Map<number, DeliveryRecord>()
  /** Deleted for good. */
  const gone = new Set<DocumentId>()
  let numbers = 0

  const records = () => [...webhooks.values()].map(({ record }) => record)
  const enabled = (busy: readonly string[] = []) =>
    [...webhooks.values()].filter(({ record }) => record.disabledAt === null && !busy.includes(record.id))
  const of = (webhook: string) => [...deliveries.values()].filter((one) => one.webhook === webhook)
  const withId = (webhook: string, id: string) => of(webhook).find((one) => one.id === id) ?? null
  const waiting = (webhook: string) =>
    of(webhook)
      .filter(({ state }) => state === 'waiting')
      .sort((a, b) => a.nextAt - b.nextAt || a.number - b.number)

  function put(delivery: DeliveryRecord): DeliveryRecord {
    deliveries.set(delivery.number, delivery)
    return delivery
  }

  function addNew(delivery: NewDelivery): DeliveryRecord {
    const last = of(delivery.webhook).findLast(({ document }) => document === delivery.document)
    const isUnsent = last?.state === 'waiting' && last.attempts === 0 && last.lastAt === null
    if (isUnsent && last.event === 'document.changed' && last.event === delivery.event)
      return put({ ...last, payload: delivery.payload })
    return put({ ...delivery, ...untried, nextAt: delivery.createdAt, number: ++numbers })
  }

  function remove(id: string): void {
    for (const { number } of of(id)) deliveries.delete(number)
    webhooks.delete(id)
  }

  /** Of a document that is gone, when its end was told. */
  function isOver({ record, told }: Held): boolean {
    if (record.document === null || !gone.has(record.document)) return false
    const isTold = told >= events.after(0, 1).last
    const waits = of(record.id).some(({ state }) => state === 'waiting' || state === 'sending')
    return record.disabledAt !== null || (isTold && !waits)
  }

  function bound(held: Held, at: number): void {
    const own = of(held.record.id).sort((a, b) => b.number - a.number)
    for (const { number, state } of own.slice(limits.webhookFinished))
      if (state === 'delivered' || state === 'failed') deliveries.delete(number)
    if (waiting(held.record.id).length > limits.webhookWaiting)
      held.record = { ...held.record, disabledAt: at, disabledReason: tooManyWait }
  }

  return {
    forget(document) {
      gone.add(document)
      for (const delivery of deliveries.values()) {
        if (delivery.document !== document) continue
        const payload = JSON.parse(delivery.payload) as { readonly data: object }
        put({ ...delivery, payload: JSON.stringify({ ...payload, data: { ...payload.data, title: '' } }) })
      }
    },
    create: (webhook) =>
      passage.write(() => {
        for (const held of [...webhooks.values()]) if (isOver(held)) remove(held.record.id)
        if (!mayBeAdded(webhook, records())) return false
        webhooks.set(webhook.id, { record: webhook, told: events.after(0, 1).last })
        return true
      }),
    get: (id) => passage.read(() => webhooks.get(id)?.record ?? null),
    list: () =>
      passage.read(() =>
        records().sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
      ),
    update: (id, changes, at) =>
      passage.write(() => {
        const held = webhooks.get(id)
        if (held === undefined) return null
        const before = held.record
        held.record = { ...before, ...changes, updatedAt: at }
        if (before.disabledAt !== null && held.record.disabledAt === null) held.told = events.after(0, 1).last
        return held.record
      }),
    remove: (id) => passage.write(() => remove(id)),
    enqueue: (at) =>
      passage.write(() => {
        for (const held of enabled()) {
          const page = events.after(held.told, Number.POSITIVE_INFINITY)
          const made = page.events.flatMap((event) => deliveryOf(held.record, event, at) ?? [])
          for (const delivery of made) addNew(delivery)
          held.told = page.last
          if (made.length > 0) bound(held, at)
        }
        return { left: false }
      }),
    add: (delivery) =>
      passage.write(() => {
        const held = webhooks.get(delivery.webhook)
        if (held === undefined) return null
        const before = withId(delivery.webhook, delivery.id)
        const nextAt = delivery.createdAt
        if (before?.state === 'sending') return before
        const lastAt = before?.lastAt ?? before?.firstAt ?? null
        const added =
          before === null
            ? put({ ...delivery, ...untried, nextAt, number: ++numbers })
            : put({ ...before, state: 'waiting', attempts: 0, firstAt: null, lastAt, nextAt })
        bound(held, nextAt)
        return added
      }),
    claim: (at, most, busy) =>
      passage.write(() =>
        enabled(busy)
          .flatMap(({ record: webhook }) => {
            const isDue = ({ nextAt }: DeliveryRecord) => nextAt <= at || nextAt > at + longestWaitMs
            const due = waiting(webhook.id).find(isDue)
            return due === undefined ? [] : [{ webhook, due }]
          })
          .slice(0, most)
          .map(({ webhook, due }) => {
            const { attempts, firstAt } = due
            const taken = { attempts: attempts + 1, firstAt: firstAt ?? at }
            return { webhook, delivery: put({ ...due, ...taken, state: 'sending' }) }
          }),
      ),
    nextDue: (busy) =>
      passage.read(() => {
        const times = enabled(busy).flatMap(({ record }) => waiting(record.id)[0]?.nextAt ?? [])
        return times.length === 0 ? null : Math.min(...times)
      }),
    settle: (number, attempt) =>
      passage.write(() => {
        const taken = deliveries.get(number)
        const held = taken === undefined ? undefined : webhooks.get(taken.webhook)
        if (taken?.state !== 'sending' || held === undefined) return
        const { at, nextAt, status, response, error } = attempt
        const { state, firstAt, failingSince, reason } = settled(attempt, taken, held.record.failingSince)
        put({ ...taken, state, nextAt, firstAt, lastAt: at, status, response, error })
        const disabled = reason === null ? {} : { disabledAt: at, disabledReason: reason }
        held.record = { ...held.record, failingSince, ...disabled }
      }),
    delivery: (webhook, id) => passage.read(() => withId(webhook, id)),
    deliveries: (webhook, limit, before) =>
      passage.read(() =>
        of(webhook)
          .filter(({ number }) => before === null || number < before)
          .sort((a, b) => b.number - a.number)
          .slice(0, limit),
      ),
  }
}

const untried = {
  state: 'waiting',
  attempts: 0,
  firstAt: null,
  lastAt: null,
  status: null,
  response: null,
  error: null,
} as const
