// `npm test`, once Node 24 and the dependencies are there: the checks, then every test, then the closing line. With
// arguments it is vitest alone, with these arguments.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { provideChromium } from '../test/support/chromium.ts'
import { buildWeb } from './build-web.mjs'
import { check } from './check.mjs'
import { compiledCode } from './compiled-code.mjs'
import { root } from './root.mjs'
import { say } from './say.mjs'

const args = process.argv.slice(2)
const counts = path.join(root, '.cache/test-counts.json')
const total = { passed: 0, failed: 0, skipped: 0 }
const add = ({ passed, failed, skipped = 0 }) => {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

if (args.length === 0) {
  say('checking')
  add(await check())
}
// A failure of these two shows again, with its reason, in the tests that need them.
buildWeb(process.execPath)
try {
  provideChromium()
} catch (error) {
  say(error.message)
}
say('testing')
add(vitest())

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
process.exitCode = total.failed === 0 ? 0 : 1

/** A run that ends without its counts, or fails without a failed test, counts as one failure. */
function vitest() {
  rmSync(counts, { force: true })
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
    cwd: path.join(root, 'test'),
    env: { ...process.env, ...compiledCode, TEST_COUNTS: counts },
    stdio: 'inherit',
  })
  const counted = existsSync(counts)
    ? JSON.parse(readFileSync(counts, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 }
  return status === 0 ? counted : { ...counted, failed: Math.max(1, counted.failed) }
}
