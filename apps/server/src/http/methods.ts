import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from './env.ts'
import { Refused } from './refused.ts'

/** For a path that takes other methods: says which. Stands after the handlers of those. */
export function methodNotAllowed(methods: readonly string[]): MiddlewareHandler<HttpEnv> {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return async (c) => {
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow })
    throw new Refused('method-not-allowed', { headers: { allow } })
  }
}
