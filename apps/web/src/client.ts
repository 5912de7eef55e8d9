import { createClient, ProblemError } from '@weft/client'

/** The REST API of the server that this page came from. */
export const client = createClient({ baseUrl: location.origin })

export function isNotFound(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'not-found'
}
