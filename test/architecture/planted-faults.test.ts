import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type BrokenBuild, brokenBuilds } from '../faults/broken-builds.ts'

const root = join(import.meta.dirname, '../..')
const builds: readonly (readonly [string, BrokenBuild])[] = Object.entries(brokenBuilds)

/** Whoever changes such a line changes the fault with it, and hears of it here, long before the fault is planted. */
describe('the place of each planted fault is in the sources once', () => {
  test.each(builds)('%s', async (_name, { edits }) => {
    for (const { file, find } of edits) {
      const text = await readFile(join(root, file), 'utf8')
      expect([file, find, text.split(find).length - 1]).toEqual([file, find, 1])
    }
  })
})
