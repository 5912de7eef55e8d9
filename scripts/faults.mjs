// `pnpm faults`: what goes wrong, on purpose. `--long` runs the figures of a release; everything else is for vitest, such as
// a part of a file's name. Ends with a table of what was seen.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'

const figures = path.join(root, '.cache/fault-figures.jsonl')
const args = process.argv.slice(2)
const isLong = args.includes('--long')
const rest = args.filter((arg) => arg !== '--long')

mkdirSync(path.dirname(figures), { recursive: true })
rmSync(figures, { force: true })
const began = Date.now()
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'faults',
    ...(isLong ? ['--maxWorkers=1'] : []),
    ...rest,
  ],
  {
    cwd: path.join(root, 'test'),
    env: { ...process.env, WEFT_FAULT_FIGURES: figures, ...(isLong ? { WEFT_FAULTS: 'long' } : {}) },
    stdio: 'inherit',
  },
)

console.log(`\n${isLong ? 'Long' : 'Short'} lane, ${Math.round((Date.now() - began) / 1_000)} s`)
for (const { what, seen } of read(figures)) {
  const facts = Object.entries(seen).map(([name, value]) => `${name} ${value}`)
  console.log(`  ${what.padEnd(56)} ${facts.join(', ')}`)
}
process.exitCode = status ?? 1

function read(file) {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
