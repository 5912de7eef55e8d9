import { parseAccept } from 'hono/utils/accept'
import type { HttpContext } from './env.ts'
import { Refused } from './refused.ts'

/** The one of `types` that the request wants most; the first of them where it does not say. */
export function negotiated<Type extends string>(c: HttpContext, types: readonly [Type, ...Type[]]): Type {
  const accepted = parseAccept(c.req.header('accept') || '*/*')
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q)
  for (const { type: range } of accepted) {
    const found = types.find((type) => isIn(type, range.toLowerCase()))
    if (found !== undefined) return found
  }
  throw new Refused('not-acceptable', { detail: `There is ${types.join(', ')}.` })
}

function isIn(type: string, range: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)))
}
