// Builds apps/web into apps/web/dist when what it is made of changed since the last build.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { childEnv } from './child-env.mjs'
import { root } from './root.mjs'
import { say } from './say.mjs'

const web = path.join(root, 'apps/web')
/** Beside what was built, so that it goes when the build goes. */
const memory = path.join(web, 'dist/.inputs')
const inputs = ['apps/web', 'packages/client', 'packages/editor', 'packages/protocol', 'pnpm-lock.yaml']
const notInputs = new Set(['node_modules', 'dist', '.types'])

/** False when the build failed; its output has been shown. */
export function buildWeb(node) {
  const wanted = fingerprint()
  if (wanted === built()) return true
  say('building the web app')
  const result = spawnSync(
    node,
    ['node_modules/vite/bin/vite.js', 'build', '--manifest', '--logLevel', 'warn'],
    {
      cwd: web,
      env: childEnv(node),
      stdio: ['ignore', 2, 2],
    },
  )
  if (result.status !== 0) return false
  writeFileSync(memory, wanted)
  return true
}

function built() {
  try {
    return readFileSync(memory, 'utf8')
  } catch {
    return undefined
  }
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap((input) => files(path.join(root, input)))) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function files(at) {
  try {
    return readdirSync(at, { withFileTypes: true })
      .filter((entry) => !notInputs.has(entry.name))
      .flatMap((entry) =>
        entry.isDirectory() ? files(path.join(at, entry.name)) : [path.join(at, entry.name)],
      )
      .sort()
  } catch {
    return [at]
  }
}
