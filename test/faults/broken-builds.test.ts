/** The tests, tested: each broken build is found out by the tests that are named with it. */
import { describe, expect, test } from 'vitest'
import { isLongLane, note, timeLimit } from '../support/lane.ts'
import { plantedBuild } from '../support/planted-build.ts'
import { type BrokenBuild, brokenBuilds } from './broken-builds.ts'

const builds: readonly (readonly [string, BrokenBuild])[] = Object.entries(brokenBuilds)
const filesOf = ({ caughtBy }: BrokenBuild) => (isLongLane ? caughtBy : caughtBy.slice(0, 1))

describe('the tests find out that', () => {
  for (const [name, build] of builds) {
    test(name, { timeout: timeLimit(60_000) }, async () => {
      await using planted = await plantedBuild(build.edits)
      for (const file of filesOf(build)) {
        const { failed, output } = await planted.runTests([file], {
          only: build.only,
          untilFailure: build.only === undefined,
        })
        const [first = ''] = failed
        expect(failed.length, `${file} finds nothing:\n${output}`).toBeGreaterThan(0)
        note(`broken build: ${name}`, { 'found out by': file, 'first test that fails': first })
      }
    })
  }
})

test('a copy without a fault passes the same tests', { timeout: timeLimit(120_000) }, async () => {
  await using planted = await plantedBuild([])
  // Those of this folder take their time, and pass or fail here anyway.
  const files = [...new Set(builds.flatMap(([, build]) => filesOf(build)))].filter(
    (file) => !file.startsWith('faults/'),
  )
  const { failed, passed } = await planted.runTests(files)
  expect(failed).toEqual([])
  expect(passed).toBeGreaterThan(files.length)
})
