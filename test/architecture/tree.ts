/** The sources as text: what the rules of this folder are held against. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

export interface SourceFile {
  /** From the root, with slashes: `packages/sync/src/room.ts`. */
  readonly path: string
  readonly text: string
}

const notSources = new Set(['node_modules', 'dist', 'screenshots'])

/** Every file below `folder` whose name ends in one of `endings`, in order of path. */
export function filesBelow(folder: string, ...endings: readonly string[]): readonly SourceFile[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => !notSources.has(entry.name) && !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const at = `${folder}/${entry.name}`
      if (entry.isDirectory()) return filesBelow(at, ...endings)
      return endings.some((ending) => entry.name.endsWith(ending)) ? [readSource(at)] : []
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

export function readSource(at: string): SourceFile {
  return { path: at, text: readFileSync(path.join(root, at), 'utf8') }
}

/** The TypeScript of the product; `test` counts where it is said. */
export const productSources = ['apps', 'packages'].flatMap((folder) => filesBelow(folder, '.ts', '.tsx'))
export const testSources = filesBelow('test', '.ts', '.tsx')

/** `packages/sync`, `apps/web`, `test`, `scripts`: the part of the tree that a path lies in. */
export function partOf(at: string): string {
  return /^(?:apps|packages)\/[^/]+/.exec(at)?.[0] ?? at.split('/')[0] ?? at
}

export function exists(at: string): boolean {
  return existsSync(path.join(root, at))
}
