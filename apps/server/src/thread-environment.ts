import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/**
 * What a thread gets of the environment: where compiled code is kept, if it is, so that a thread starts as quickly as
 * the process (see scripts/compiled-code.mjs). Nothing else: under `node --watch` the environment makes a thread send
 * messages of Node's own.
 */
export function threadEnvironment(): Readonly<Record<string, string>> {
  // Node names the folder of its own version inside the one that it was given.
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}
