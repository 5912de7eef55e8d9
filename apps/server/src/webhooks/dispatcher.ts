/**
 * Sends what waits to be sent. One delivery of a webhook is under way at a time, so they are first tried in the order of
 * events; one that failed is tried again later and holds none of the others up. Whatever ends this process, what was
 * not answered is sent again.
 */
import type { Actor, ActorId } from '@weft/protocol'
import { limits } from '@weft/protocol'
import type { Timers } from '@weft/sync'
import type { Access } from '../access.ts'
import { type Bell, createBell } from '../following/bell.ts'
import type { News } from '../following/news.ts'
import type { Logger } from '../log.ts'
import type { Attempt, Claimed, Storage } from '../storage/storage.ts'
import type { Post, Posted } from './post.ts'
import { pauseAfter } from './retries.ts'
import { signedHeaders } from './signing.ts'

export interface DispatcherDeps {
  readonly storage: Pick<Storage, 'webhooks' | 'documents'>
  readonly access: Pick<Access, 'roleOf'>
  readonly news: News
  readonly post: Post
  readonly timers: Timers
  readonly log: Logger
  /** Numbers from 0 up to 1. */
  readonly dice: () => number
}

export interface Dispatcher {
  /** There may be something to send that no event tells of. */
  wake(): void
  /** Begins nothing more; resolves when what is under way is over, in a few seconds at most. */
  stop(): Promise<void>
}

const longestWaitMs = 60_000
/** A storage that does not answer is asked again after this. */
const troubleMs = 5_000

export function startDispatcher(deps: DispatcherDeps): Dispatcher {
  const { storage, access, news, post, timers, log, dice } = deps
  const { webhooks, documents } = storage
  const bell = createBell(timers)
  const underWay = new Map<string, Promise<void>>()
  /** Deliveries that the storage did not take yet. */
  const asleep = new Set<Bell>()
  const stopHearing = news.hear(null, bell.ring)
  let isStopped = false

  async function attempt({ delivery, webhook }: Claimed): Promise<Attempt> {
    const at = timers.now()
    const unsent = { at, status: null, response: null, disable: null }
    const failed = (error: string): Attempt => ({ ...unsent, state: 'failed', nextAt: at, error })
    const withheld = (error: string): Attempt => ({ ...unsent, state: 'withheld', nextAt: at, error })
    if (delivery.document !== null) {
      const record = await documents.get(delivery.document)
      // Of one that is gone, its end is told.
      const role = record === null ? null : access.roleOf(actorOf(webhook.createdBy), record)
      if (role === null && delivery.event !== 'document.deleted')
        return withheld('Whoever made this webhook may not read the document.')
    }
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Weft-Webhooks',
      ...signedHeaders(webhook, delivery.id, at, delivery.payload),
    }
    try {
      const posted = await post({ url: webhook.url, headers, body: delivery.payload })
      return answered(posted, delivery.attempts)
    } catch (error) {
      const pause = pauseAfter(delivery.attempts, null, at, dice())
      const reason = error instanceof Error ? error.message : 'It could not be sent.'
      return pause === null
        ? failed(reason)
        : { ...unsent, at: timers.now(), state: 'waiting', nextAt: timers.now() + pause, error: reason }
    }
  }

  function answered({ status, response, retryAfter }: Posted, attempts: number): Attempt {
    const at = timers.now()
    const outcome = { at, status, response, nextAt: at, error: null, disable: null }
    if (status >= 200 && status < 300) return { ...outcome, state: 'delivered' }
    if (status === 410)
      return { ...outcome, state: 'failed', disable: 'The receiver answered 410: it is gone for good.' }
    const error = status >= 300 && status < 400 ? 'It answered with a redirect, which is not followed.' : null
    const isBusy = status === 429 || status === 503
    const pause = pauseAfter(attempts, isBusy ? retryAfter : null, at, dice())
    if (pause === null) return { ...outcome, error, state: 'failed' }
    return { ...outcome, error, state: 'waiting', nextAt: at + pause }
  }

  async function send(claimed: Claimed): Promise<void> {
    const { delivery, webhook } = claimed
    const attempted = await stored(webhook.id, () => attempt(claimed))
    if (attempted !== null) await stored(webhook.id, () => webhooks.settle(delivery.number, attempted))
    underWay.delete(webhook.id)
    bell.ring()
  }

  /** Tries until the storage takes it. `null`: this process ends first, and the next one sends: twice rather than never. */
  async function stored<Value>(webhook: string, work: () => Promise<Value>): Promise<Value | null> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        log.warn({ err: error, webhook }, 'a delivery waits for the storage')
        if (isStopped) return null
        const alarm = createBell(timers)
        asleep.add(alarm)
        await alarm.wait(troubleMs)
        asleep.delete(alarm)
      }
    }
  }

  async function work(): Promise<number> {
    for (let left = true; left && !isStopped; ) ({ left } = await webhooks.enqueue(timers.now()))
    for (;;) {
      const most = limits.webhooksAtOnce - underWay.size
      const claimed =
        most <= 0 || isStopped ? [] : await webhooks.claim(timers.now(), most, [...underWay.keys()])
      if (claimed.length === 0) break
      for (const one of claimed) underWay.set(one.webhook.id, send(one))
    }
    // When all places are taken, the first that is free rings.
    const next = underWay.size >= limits.webhooksAtOnce ? null : await webhooks.nextDue([...underWay.keys()])
    return next === null ? longestWaitMs : Math.max(0, Math.min(next - timers.now(), longestWaitMs))
  }

  async function run(): Promise<void> {
    while (!isStopped) {
      bell.clear()
      const wait = await work().catch((error: unknown) => {
        if (!isStopped) log.warn({ err: error }, 'webhooks wait for the storage')
        return troubleMs
      })
      if (!isStopped) await bell.wait(wait)
    }
  }
  const running = run()

  return {
    wake: bell.ring,
    async stop() {
      isStopped = true
      stopHearing()
      bell.ring()
      for (const alarm of asleep) alarm.ring()
      await running
      await Promise.all(underWay.values())
    },
  }
}

/** As far as its rights go. */
function actorOf(id: ActorId): Actor {
  const kind = id.startsWith('user:') ? 'user' : id.startsWith('token:') ? 'token' : 'guest'
  return { id, kind, name: null, dye: null }
}
