/** For supervisors, load balancers and Prometheus. They reach the server by any name, so no host is refused here. */
import type { Hono } from 'hono'
import { TooLate, within } from '../clock.ts'
import type { HttpDeps, HttpEnv } from './env.ts'
import { Refused } from './refused.ts'

const probeMs = 1_000

export function serveHealth(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { storage, timers, metrics, isDraining } = deps
  let probing: Promise<void> | null = null

  /** However many ask, one probe is under way: each is a commit. */
  const probe = () => {
    probing ??= storage.probe().finally(() => {
      probing = null
    })
    return probing
  }

  /** The process runs. */
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, noStore))

  /** It can store changes, and is not about to stop. */
  app.get('/readyz', async (c) => {
    if (isDraining()) throw new Refused('restarting', { headers: { 'retry-after': '5' } })
    try {
      await within(timers, probeMs, probe())
    } catch (error) {
      if (!(error instanceof TooLate)) throw error
      throw new Refused('storage-unavailable', {
        detail: `It did not answer within ${probeMs} ms.`,
        headers: { 'retry-after': '5' },
      })
    }
    return c.json({ status: 'ready' }, 200, noStore)
  })

  app.get('/metrics', async (c) =>
    c.body(await metrics.registry.metrics(), 200, {
      'content-type': metrics.registry.contentType,
      ...noStore,
    }),
  )
}

const noStore = { 'cache-control': 'no-store' }
