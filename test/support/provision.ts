/**
 * Fetches real programs for the tests without touching the system and without root: Debian packages, with the
 * libraries they need, unpacked into `.cache/tools`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const tools = path.resolve(import.meta.dirname, '../../.cache/tools')
const multiarch: Partial<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }

export interface Unpacked {
  readonly folder: string
  /** For `LD_LIBRARY_PATH`: what the packages bring and the system may lack. */
  readonly libraries: string
}

/** The full path of the first of `names` that is on the PATH. */
export function onPath(...names: readonly string[]): string | undefined {
  return names
    .flatMap((name) =>
      (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, name)),
    )
    .find((file) => existsSync(file))
}

/** `undefined` where there is no apt. Throws when apt fails, with what it said. */
export function debianPackages(name: string, packages: readonly string[]): Unpacked | undefined {
  const triplet = multiarch[process.arch]
  if (process.platform !== 'linux' || triplet === undefined || !onPath('apt-get') || !onPath('dpkg'))
    return undefined
  const folder = path.join(tools, name)
  if (!existsSync(folder)) unpack(packages, folder)
  const libraries = ['usr/lib', 'lib']
    .map((parent) => path.join(folder, parent, triplet))
    .flatMap((library) => [library, path.join(library, 'pulseaudio')])
  return { folder, libraries: libraries.join(path.delimiter) }
}

function unpack(packages: readonly string[], folder: string): void {
  console.error(`fetching ${packages.join(', ')} into ${path.relative(process.cwd(), folder)} (once)`)
  const work = `${folder}.${process.pid}`
  const apt = path.join(work, 'apt')
  for (const needed of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(apt, needed), { recursive: true })
  const options = [
    `Dir::State=${apt}/state`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${apt}/cache`,
    'Debug::NoLocking=1',
    `APT::Sandbox::User=${os.userInfo().username}`,
  ].flatMap((option) => ['-o', option])
  run('apt-get', [...options, '-q', 'update'])
  run('apt-get', [...options, '-q', 'install', '-y', '-d', '--no-install-recommends', ...packages])
  const archives = path.join(apt, 'cache/archives')
  const unpacked = path.join(work, 'root')
  for (const file of readdirSync(archives))
    if (file.endsWith('.deb')) run('dpkg', ['-x', path.join(archives, file), unpacked])
  // Whole or not at all; a run beside this one may have been quicker.
  if (!existsSync(folder)) renameSync(unpacked, folder)
  rmSync(work, { recursive: true, force: true })
}

function run(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8' })
  if (result.status !== 0)
    throw new Error(`${program} ${args.join(' ')}\n${result.stderr || String(result.error ?? '')}`)
}
