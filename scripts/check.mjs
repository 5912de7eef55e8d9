// `pnpm check`: everything that can be said about the tree without running it. One line per check.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { root } from './root.mjs'

const checks = [
  {
    name: 'format and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '.'],
  },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['-b'] },
  { name: 'unused code', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  { name: 'script sizes', script: 'scripts/script-sizes.mjs', args: [] },
]

/** Runs all checks side by side and prints each as it ends. Resolves with how many passed and failed. */
export async function check() {
  const outcomes = await Promise.all(
    checks.map(async ({ name, script, args }) => {
      const start = performance.now()
      const { ok, output } = await run(script, args)
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${seconds.padStart(5)} s`)
      if (!ok) console.log(output)
      else if (script.startsWith('scripts/')) console.log(`       ${output}`)
      return ok
    }),
  )
  const passed = outcomes.filter(Boolean).length
  return { passed, failed: outcomes.length - passed }
}

function run(script, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, output: output.trim() }))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed } = await check()
  process.exitCode = failed === 0 ? 0 : 1
}
