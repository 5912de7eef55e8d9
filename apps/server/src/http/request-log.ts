/** One log line and one measurement for each request. Neither holds a query string, a header or a body. */
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { HttpDeps, HttpEnv } from './env.ts'

/** Methods are the sender's words: others than these share one label. */
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function observed({ log, metrics, timers }: HttpDeps): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const startedAt = timers.now()
    await next()
    // The clock may be set back meanwhile.
    const ms = Math.max(0, timers.now() - startedAt)
    const { method, path } = c.req
    const { status } = c.res
    // Of the handler that answered: the last one that ran.
    const route = routePath(c)
    const level = status >= 500 ? 'warn' : isRoutine(path) ? 'debug' : 'info'
    log[level]({ method, path, status, ms, actor: c.var.actor?.id }, 'request')
    metrics.httpDuration.observe(
      { method: knownMethods.has(method) ? method : 'other', route, status: String(status) },
      ms / 1000,
    )
  }
}

/** Asked every few seconds by machines. */
function isRoutine(path: string): boolean {
  return path === '/healthz' || path === '/readyz' || path === '/metrics'
}
