/** The webhook store in SQLite: see webhook-store.ts. Each function is one transaction, or reads between two. */
import type { DatabaseSync } from 'node:sqlite'
import { type DocumentId, limits } from '@weft/protocol'
import type { SqliteEvents } from './sqlite-events.ts'
import { all, first } from './sqlite-rows.ts'
import { deliveryOf, longestWaitMs, mayBeAdded, settled, tooManyWait } from './webhook-rules.ts'
import type {
  Attempt,
  Claimed,
  DeliveryRecord,
  NewDelivery,
  WebhookChanges,
  WebhookRecord,
} from './webhook-store.ts'

export interface SqliteWebhooks {
  create(webhook: WebhookRecord): boolean
  get(id: string): WebhookRecord | null
  list(): readonly WebhookRecord[]
  update(id: string, changes: WebhookChanges, at: number): WebhookRecord | null
  remove(id: string): void
  /** It is deleted for good: what is sent of it does not say what it was called. */
  forget(document: DocumentId): void
  enqueue(at: number): { readonly left: boolean }
  add(delivery: NewDelivery): DeliveryRecord | null
  claim(at: number, most: number, busy: readonly string[]): readonly Claimed[]
  nextDue(busy: readonly string[]): number | null
  settle(number: number, attempt: Attempt): void
  delivery(webhook: string, id: string): DeliveryRecord | null
  deliveries(webhook: string, limit: number, before: number | null): readonly DeliveryRecord[]
}

/** Commits wait meanwhile. */
const eventsAtOnce = 20

const webhookColumns = `id, url, document, events, description, secret, previous_secret AS previousSecret,
  previous_until AS previousUntil, created_by AS createdBy, created_at AS createdAt, updated_at AS updatedAt,
  disabled_at AS disabledAt, disabled_reason AS disabledReason, failing_since AS failingSince`
const deliveryColumns = `number, id, webhook, event, document, payload, created_at AS createdAt, state, attempts,
  next_at AS nextAt, first_at AS firstAt, last_at AS lastAt, status, response, error`

type WebhookRow = Omit<WebhookRecord, 'events'> & { readonly events: string }

export function sqliteWebhooks(database: DatabaseSync, events: Pick<SqliteEvents, 'read'>): SqliteWebhooks {
  const insert = database.prepare(
    `INSERT INTO webhooks (id, url, document, events, description, secret, previous_secret, previous_until,
       created_by, created_at, updated_at, disabled_at, disabled_reason, failing_since, told)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const select = database.prepare(`SELECT ${webhookColumns} FROM webhooks WHERE id = ?`)
  const selectAll = database.prepare(`SELECT ${webhookColumns} FROM webhooks ORDER BY created_at, id`)
  const rewrite = database.prepare(
    `UPDATE webhooks SET url = ?, events = ?, description = ?, secret = ?, previous_secret = ?,
       previous_until = ?, updated_at = ?, disabled_at = ?, disabled_reason = ?, failing_since = ? WHERE id = ?`,
  )
  const writeTold = database.prepare('UPDATE webhooks SET told = ? WHERE id = ?')
  const selectTold = database.prepare(
    'SELECT id, told FROM webhooks WHERE disabled_at IS NULL ORDER BY created_at, id',
  )
  const removeDeliveries = database.prepare('DELETE FROM deliveries WHERE webhook = ?')
  const removeWebhook = database.prepare('DELETE FROM webhooks WHERE id = ?')
  const insertDelivery = database.prepare(
    `INSERT INTO deliveries (number, id, webhook, event, document, payload, created_at, state, attempts, next_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?)`,
  )
  const selectLast = database.prepare('SELECT coalesce(max(number), 0) AS number FROM deliveries')
  const mergeChanged = database.prepare(
    `UPDATE deliveries SET payload = ?
     WHERE number = (SELECT max(number) FROM deliveries WHERE webhook = ? AND document = ?)
       AND event = 'document.changed' AND state = 'waiting' AND attempts = 0 AND last_at IS NULL`,
  )
  const blank = database.prepare(
    "UPDATE deliveries SET payload = json_set(payload, '$.data.title', '') WHERE document = ?",
  )
  const again = database.prepare(
    `UPDATE deliveries SET state = 'waiting', attempts = 0, next_at = ?, first_at = NULL,
       last_at = coalesce(last_at, first_at) WHERE id = ? AND state != 'sending'`,
  )
  const selectById = database.prepare(
    `SELECT ${deliveryColumns} FROM deliveries WHERE webhook = ? AND id = ?`,
  )
  const selectBefore = database.prepare(
    `SELECT ${deliveryColumns} FROM deliveries WHERE webhook = ? AND number < ? ORDER BY number DESC LIMIT ?`,
  )
  const selectDue = database.prepare(
    `SELECT ${deliveryColumns} FROM deliveries WHERE webhook = ? AND state = 'waiting' AND next_at <= ?
     ORDER BY next_at, number LIMIT 1`,
  )
  const selectMisdated = database.prepare(
    `SELECT ${deliveryColumns} FROM deliveries WHERE webhook = ? AND state = 'waiting' AND next_at > ?
     ORDER BY next_at, number LIMIT 1`,
  )
  const selectNext = database.prepare(
    "SELECT min(next_at) AS nextAt FROM deliveries WHERE webhook = ? AND state = 'waiting'",
  )
  const take = database.prepare(
    `UPDATE deliveries SET state = 'sending', attempts = attempts + 1, first_at = coalesce(first_at, ?)
     WHERE number = ?`,
  )
  const putBack = database.prepare("UPDATE deliveries SET state = 'waiting' WHERE state = 'sending'")
  const selectTaken = database.prepare(
    `SELECT ${deliveryColumns} FROM deliveries WHERE number = ? AND state = 'sending'`,
  )
  const writeAttempt = database.prepare(
    `UPDATE deliveries SET state = ?, next_at = ?, first_at = ?, last_at = ?, status = ?, response = ?, error = ?
     WHERE number = ?`,
  )
  const countWaiting = database.prepare(
    "SELECT count(*) AS waiting FROM deliveries WHERE webhook = ? AND state = 'waiting'",
  )
  const dropFinished = database.prepare(
    `DELETE FROM deliveries WHERE webhook = ?1 AND state IN ('delivered', 'failed') AND number <= (
       SELECT number FROM deliveries WHERE webhook = ?1 ORDER BY number DESC LIMIT 1 OFFSET ${limits.webhookFinished})`,
  )
  const selectOver = database.prepare(
    `SELECT webhooks.id FROM webhooks JOIN documents ON documents.id = webhooks.document AND documents.shelf = 2
     WHERE disabled_at IS NOT NULL OR (told >= ? AND NOT EXISTS (
       SELECT 1 FROM deliveries WHERE webhook = webhooks.id AND state IN ('waiting', 'sending')))`,
  )

  // An earlier process took them, and ended before it knew what came of it.
  putBack.run()
  /** So many may be added to each before those that wait are counted again, which takes time. */
  const room = new Map<string, number>()
  // None comes again while this process lives: what is under way is settled by it, after its webhook went too.
  let lastNumber = first<{ number: number }>(selectLast)?.number ?? 0

  const get = (id: string) => recordOf(first<WebhookRow>(select, id))
  const list = () => all<WebhookRow>(selectAll).flatMap((row) => recordOf(row) ?? [])
  const lastEvent = () => events.read({ after: 0, document: null, limit: 1 }).last
  const enabled = (busy: readonly string[]) =>
    list().filter(({ id, disabledAt }) => disabledAt === null && !busy.includes(id))

  function write(webhook: WebhookRecord): void {
    const { id, url, description, secret, previousSecret, previousUntil, updatedAt } = webhook
    const { disabledAt, disabledReason, failingSince } = webhook
    const names = JSON.stringify(webhook.events)
    const signing = [secret, previousSecret, previousUntil] as const
    rewrite.run(url, names, description, ...signing, updatedAt, disabledAt, disabledReason, failingSince, id)
  }

  function addNew(delivery: NewDelivery): void {
    const { webhook, event, document, payload } = delivery
    // One that nobody was sent yet tells of the later changes, too, unless something else happened between.
    if (event === 'document.changed' && mergeChanged.run(payload, webhook, document).changes > 0) return
    put(delivery)
  }

  function put({ id, webhook, event, document, payload, createdAt }: NewDelivery): void {
    insertDelivery.run(++lastNumber, id, webhook, event, document, payload, createdAt, createdAt)
  }

  function remove(id: string): void {
    removeDeliveries.run(id)
    removeWebhook.run(id)
    room.delete(id)
  }

  /** After so many were added. */
  function bound(webhook: WebhookRecord, added: number, at: number): void {
    dropFinished.run(webhook.id)
    const left = (room.get(webhook.id) ?? 0) - added
    room.set(webhook.id, left)
    if (left >= 0) return
    const waiting = first<{ waiting: number }>(countWaiting, webhook.id)?.waiting ?? 0
    room.set(webhook.id, limits.webhookWaiting - waiting)
    if (waiting > limits.webhookWaiting) write({ ...webhook, disabledAt: at, disabledReason: tooManyWait })
  }

  return {
    get,
    list,
    create(webhook) {
      for (const { id } of all<{ id: string }>(selectOver, lastEvent())) remove(id)
      if (!mayBeAdded(webhook, list())) return false
      const { id, url, document, description, secret, previousSecret, previousUntil } = webhook
      const { createdBy, createdAt, updatedAt, disabledAt, disabledReason, failingSince } = webhook
      const named = [id, url, document, JSON.stringify(webhook.events), description] as const
      const signing = [secret, previousSecret, previousUntil] as const
      const state = [disabledAt, disabledReason, failingSince, lastEvent()] as const
      insert.run(...named, ...signing, createdBy, createdAt, updatedAt, ...state)
      return true
    },
    update(id, changes, at) {
      const before = get(id)
      if (before === null) return null
      const after = { ...before, ...changes, updatedAt: at }
      write(after)
      if (before.disabledAt !== null && after.disabledAt === null) writeTold.run(lastEvent(), id)
      return after
    },
    remove,
    forget: (document) => void blank.run(document),
    enqueue(at) {
      const told = all<{ id: string; told: number }>(selectTold)
      if (told.length === 0) return { left: false }
      const after = told.reduce((least, one) => Math.min(least, one.told), Number.MAX_SAFE_INTEGER)
      const page = events.read({ after, document: null, limit: eventsAtOnce })
      if (page.isWhole && page.next === after) return { left: false }
      for (const { id, told: upTo } of told) {
        const webhook = get(id)
        if (webhook === null || upTo >= page.next) continue
        const deliveries = page.events
          .filter(({ sequence }) => sequence > upTo)
          .flatMap((event) => deliveryOf(webhook, event, at) ?? [])
        for (const delivery of deliveries) addNew(delivery)
        writeTold.run(page.next, id)
        if (deliveries.length > 0) bound(webhook, deliveries.length, at)
      }
      return { left: page.next < page.last }
    },
    add(delivery) {
      const { id, webhook, createdAt } = delivery
      const owner = get(webhook)
      if (owner === null) return null
      if (first(selectById, webhook, id) === undefined) put(delivery)
      else again.run(createdAt, id)
      bound(owner, 1, createdAt)
      return deliveryOfRow(first<DeliveryRecord>(selectById, webhook, id))
    },
    claim(at, most, busy) {
      const claimed: Claimed[] = []
      for (const webhook of enabled(busy)) {
        if (claimed.length === most) break
        const due = deliveryOfRow(
          first<DeliveryRecord>(selectDue, webhook.id, at) ??
            first<DeliveryRecord>(selectMisdated, webhook.id, at + longestWaitMs),
        )
        if (due === null) continue
        take.run(at, due.number)
        const taken = { attempts: due.attempts + 1, firstAt: due.firstAt ?? at }
        claimed.push({ webhook, delivery: { ...due, ...taken, state: 'sending' } })
      }
      return claimed
    },
    nextDue(busy) {
      const times = enabled(busy).flatMap(
        ({ id }) => first<{ nextAt: number | null }>(selectNext, id)?.nextAt ?? [],
      )
      return times.length === 0 ? null : Math.min(...times)
    },
    settle(number, attempt) {
      const taken = first<DeliveryRecord>(selectTaken, number)
      const webhook = taken === undefined ? null : get(taken.webhook)
      if (taken === undefined || webhook === null) return
      const { at, nextAt, status, response, error } = attempt
      const { state, firstAt, failingSince, reason } = settled(attempt, taken, webhook.failingSince)
      writeAttempt.run(state, nextAt, firstAt, at, status, response, error, number)
      const disabled = reason === null ? {} : { disabledAt: at, disabledReason: reason }
      write({ ...webhook, failingSince, ...disabled })
    },
    delivery: (webhook, id) => deliveryOfRow(first<DeliveryRecord>(selectById, webhook, id)),
    deliveries: (webhook, limit, before) =>
      all<DeliveryRecord>(selectBefore, webhook, before ?? Number.MAX_SAFE_INTEGER, limit).flatMap(
        (row) => deliveryOfRow(row) ?? [],
      ),
  }
}

function recordOf(row: WebhookRow | undefined): WebhookRecord | null {
  // Written by this file.
  return row === undefined ? null : { ...row, events: JSON.parse(row.events) as WebhookRecord['events'] }
}

/** Rows come without a prototype. */
function deliveryOfRow(row: DeliveryRecord | undefined): DeliveryRecord | null {
  return row === undefined ? null : { ...row }
}
