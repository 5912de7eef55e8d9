// Finds Node 24 and the pinned pnpm, or fetches them from the npm registry. Runs on any Node from 18 on, with
// Node's own modules only.
//
// Trap: the `node` package needs its install script, which npm 12 does not run; it would silently leave the old Node in
// charge. The platform packages carry the binary itself.
// Trap: npm looks for its global settings beside the Node that runs it, so npm always runs on the Node it came with.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { childEnv } from './child-env.mjs'
import { root } from './root.mjs'
import { fail, say } from './say.mjs'

const nodeVersion = '24.21.0'
const oldestNode = [24, 11]
const windows = process.platform === 'win32'
const memory = path.join(root, '.cache/toolchain.json')
/** `pnpm@<version>`, without the checksum that may follow. */
const pnpmPin = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).packageManager.split('+')[0]

/** Path of a Node that runs Weft: this one when it is new enough. */
export function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const newEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
  return newEnough ? process.execPath : (remembered('node', nodeVersion) ?? fetchNodeAndPnpm())
}

/** Runs pnpm in the root folder, and ends the command when it fails. */
export function pnpm(node, args) {
  const program = remembered('pnpm', pnpmPin) ?? fetchPnpm()
  const result = spawnSync(program, args, {
    cwd: root,
    env: childEnv(node),
    stdio: ['ignore', 2, 2],
    shell: windows,
  })
  if (result.error) fail(`${program} did not start: ${result.error.message}`)
  if (result.status !== 0)
    fail('pnpm failed: the lines above say why. Without a network nothing can be installed.')
}

function remembered(tool, pin) {
  const saved = readMemory()[tool]
  return saved?.pin === pin && existsSync(saved.path) ? saved.path : undefined
}

function readMemory() {
  try {
    return JSON.parse(readFileSync(memory, 'utf8'))
  } catch {
    return {}
  }
}

function remember(tools) {
  mkdirSync(path.dirname(memory), { recursive: true })
  writeFileSync(memory, JSON.stringify({ ...readMemory(), ...tools }, null, 2))
}

/** One download for both, because each run of npm costs a second. */
function fetchNodeAndPnpm() {
  const nodePackage = platformPackage()
  const programs = npmFetch([`${nodePackage}@${nodeVersion}`, pnpmPin])
  const node = path.resolve(programs, '..', nodePackage, 'bin', windows ? 'node.exe' : 'node')
  const printed = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim()
  if (printed !== nodeVersion)
    fail(
      `Node ${nodeVersion} from npm does not run on this machine. Install Node 24 or newer and run this again.`,
    )
  remember({ node: { pin: nodeVersion, path: node }, pnpm: { pin: pnpmPin, path: pnpmIn(programs) } })
  return node
}

function fetchPnpm() {
  const program = pnpmIn(npmFetch([pnpmPin]))
  remember({ pnpm: { pin: pnpmPin, path: program } })
  return program
}

function pnpmIn(programs) {
  return path.join(programs, windows ? 'pnpm.cmd' : 'pnpm')
}

function platformPackage() {
  const prefix = {
    linux: 'node-linux',
    darwin: process.arch === 'arm64' ? 'node-bin-darwin' : 'node-darwin',
    win32: 'node-win',
  }[process.platform]
  if (prefix === undefined || !['x64', 'arm64'].includes(process.arch))
    fail(
      `npm has no Node 24 for ${process.platform} ${process.arch}. Install Node 24 or newer and run this again.`,
    )
  return `${prefix}-${process.arch}`
}

/** The folder with the programs of `packages`, in npm's own cache. */
function npmFetch(packages) {
  say(`fetching ${packages.join(' and ')} (once)`)
  const args = ['exec', '--yes', ...packages.map((name) => `--package=${name}`), '--']
  const cli = process.env.npm_execpath
  const [program, before] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  // npm puts the folder of the fetched programs on the PATH of what it runs.
  const result = spawnSync(program, [...before, ...args, 'node', '-p', 'process.env.PATH'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: windows && program === 'npm',
  })
  const programs = (result.stdout ?? '')
    .trim()
    .split(path.delimiter)
    .find((folder) => folder.includes('_npx') && existsSync(pnpmIn(folder)))
  if (result.status !== 0 || programs === undefined)
    fail(
      `npm could not fetch ${packages.join(' and ')}${result.error ? ` (${result.error.message})` : ''}.\n` +
        '       Is the registry reachable (npm ping)? Behind a proxy: npm config set proxy <address>.',
    )
  return programs
}
