/**
 * Broken Wefts, each with one promise taken out of the sources, and the tests that must find it out. A test that does
 * not fail on a broken build proves nothing about the right one.
 */
import type { Edit } from '../support/planted-build.ts'

export interface BrokenBuild {
  readonly edits: readonly Edit[]
}

export const brokenBuilds = {
  'synchronous=NORMAL instead of FULL': {
    edits: [
      {
        file: 'apps/server/src/storage/sqlite-connection.ts',
        find: "['synchronous = FULL', 'synchronous', 2]",
        replace: "['synchronous = NORMAL', 'synchronous', 1]",
      },
    ],
  },
} as const satisfies Readonly<Record<string, BrokenBuild>>
