import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { copiesOf, loose, type Manifest, unfenced } from './dependencies.ts'
import { filesBelow, readSource, root } from './tree.ts'

/** Two copies of one of these do not recognise each other's values. */
const single = ['yjs', 'lib0', 'y-protocols', 'ws']

describe('dependencies', () => {
  const installed = readdirSync(path.join(root, 'node_modules/.pnpm'))

  it.each(single)('there is one copy of %s', (name) => {
    expect(copiesOf(name, installed)).toHaveLength(1)
  })

  it('every version is exact', () => {
    const manifests = [readSource('package.json'), ...['apps', 'packages', 'test'].flatMap(packageFiles)]
    expect(manifests.flatMap((file) => loose(JSON.parse(file.text)))).toEqual([])
  })

  it('packages/sync is compiled without the names of Node and the browser', () => {
    expect(unfenced(JSON.parse(readSource('packages/sync/tsconfig.json').text))).toEqual([])
  })
})

describe('a planted fault is found', () => {
  it('a second copy', () => {
    expect(copiesOf('yjs', ['yjs@13.6.33', 'yjs@13.6.20', 'yjs-extra@1.0.0'])).toHaveLength(2)
    expect(copiesOf('@codemirror/view', ['@codemirror+view@6.43.15'])).toHaveLength(1)
  })

  it('a version range', () => {
    const manifest: Manifest = {
      path: 'apps/web/package.json',
      dependencies: { yjs: '^13.6.33', ws: 'catalog:', old: 'npm:y-websocket@3.0.0' },
      devDependencies: { '@weft/sync': 'workspace:*', vite: '8.3.8' },
    }
    expect(loose(manifest)).toEqual(['apps/web/package.json: yjs ^13.6.33'])
  })

  it('a fence with a hole', () => {
    expect(unfenced({ compilerOptions: { lib: ['es2024', 'dom'], types: ['node'] } })).toEqual([
      'dom',
      'node',
    ])
    expect(unfenced({})).toHaveLength(2)
  })
})

function packageFiles(folder: string) {
  return filesBelow(folder, 'package.json')
}
