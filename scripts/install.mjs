// Installs the dependencies when something about them changed since the last time; else touches nothing.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'
import { say } from './say.mjs'
import { pnpm } from './toolchain.mjs'

/** Inside node_modules, so that it goes when they go. */
const memory = path.join(root, 'node_modules/.weft-install.json')

const filters = {
  /** What the server and the page need; the tests' heavy tools stay out. */
  start: ['--filter', '@weft/server...', '--filter', '@weft/web...'],
  everything: [],
}

/** `scope`: a key of {@link filters}. */
export function install(node, scope) {
  const wanted = fingerprint()
  const done = installed()
  if (done.fingerprint === wanted && (done.scope === scope || done.scope === 'everything')) return
  say('installing dependencies')
  pnpm(node, [
    ...filters[scope],
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    // The age of every release is verified where the lockfile changes; here its checksums are enough.
    '--trust-lockfile',
    // More connections at once than a home router resolves names for cost seconds each.
    '--network-concurrency=16',
    // Without a network it says so within seconds.
    '--config.fetchRetryMintimeout=1000',
    '--config.fetchRetryMaxtimeout=5000',
    '--config.confirmModulesPurge=false',
  ])
  writeFileSync(memory, JSON.stringify({ fingerprint: wanted, scope }))
}

function installed() {
  try {
    return existsSync(path.join(root, 'node_modules/.modules.yaml'))
      ? JSON.parse(readFileSync(memory, 'utf8'))
      : {}
  } catch {
    return {}
  }
}

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  const manifests = ['apps', 'packages'].flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  )
  for (const file of [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    'test/package.json',
    ...manifests.sort(),
  ])
    if (existsSync(path.join(root, file))) hash.update(file).update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}
