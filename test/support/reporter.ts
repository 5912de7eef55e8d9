/** Counts the tests of a run: into the file `TEST_COUNTS` for `npm test`, else as the closing line. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'

export const reporter: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = modules.map(count).reduce(add, { passed: 0, failed: unhandledErrors.length, skipped: 0 })
    const file = process.env.TEST_COUNTS
    if (file === undefined) {
      console.log(`${counts.passed} passed, ${counts.failed} failed`)
      return
    }
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(counts))
  },
}

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

function count(module: TestModule): Counts {
  const states = [...module.children.allTests()].map((test) => test.result().state)
  const having = (state: (typeof states)[number]) => states.filter((each) => each === state).length
  // A hook or an import that fails leaves tests without a verdict: they did not pass.
  const outside = module.state() === 'failed' && having('failed') === 0 ? 1 : 0
  return {
    passed: having('passed'),
    failed: having('failed') + having('pending') + outside,
    skipped: having('skipped'),
  }
}

function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}
