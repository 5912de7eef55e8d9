/** How a request that does not fit its route's schema is refused. */
import type { OpenAPIHonoOptions } from '@hono/zod-openapi'
import type { Problem } from '@weft/protocol'
import type { HttpEnv } from './env.ts'
import { Refused } from './refused.ts'

type Hook = NonNullable<OpenAPIHonoOptions<HttpEnv>['defaultHook']>
type Failure = Extract<Parameters<Hook>[0], { success: false }>

/** Runs after each part of a request was held against its schema. */
export const afterValidation: Hook = (result) => {
  if (!result.success) {
    // An id that cannot be is an id that is not there.
    if (result.target === 'param') throw new Refused('not-found')
    throw new Refused('invalid-request', { errors: result.error.issues.flatMap(faults) })
  }
  if (result.target === 'json' && !isWellFormed(result.data)) throw new Refused('malformed-text')
}

function faults(issue: Failure['error']['issues'][number]): NonNullable<Problem['errors']> {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'There is no such field.' }))
}

/** JSON can spell half a character as `\ud83d`, which no UTF-8 can carry. Walks without recursion: depth is the sender's. */
function isWellFormed(value: unknown): boolean {
  const rest = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === 'string' && !next.isWellFormed()) return false
    if (typeof next === 'object' && next !== null) rest.push(...Object.values(next))
  }
  return true
}
