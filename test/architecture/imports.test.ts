import { describe, expect, it } from 'vitest'
import { cycles, importsOf, ruleNames, violations } from './imports.ts'
import { exists, productSources, testSources } from './tree.ts'

const imports = productSources.flatMap(importsOf)

describe('imports', () => {
  it('keep the rules of the house', () => {
    expect(violations(imports)).toEqual([])
  })

  it('never go round in a circle, type imports counted', () => {
    expect(cycles([...imports, ...testSources.flatMap(importsOf)])).toEqual([])
  })

  it('name files that are there, so that no rule looks past one', () => {
    const missing = [...imports, ...testSources.flatMap(importsOf)].filter(
      ({ to }) => /^(?:apps|packages|test)\/.*\.tsx?$/.test(to) && !exists(to),
    )
    expect(missing).toEqual([])
  })
})

/** One import that breaks each rule, as someone would write it. */
const planted: Readonly<Record<string, { readonly path: string; readonly text: string }>> = {
  'packages never import apps': {
    path: 'packages/sync/src/room.ts',
    text: `import { Storage } from '@weft/server'`,
  },
  'a part imports only what its row in the table allows': {
    path: 'packages/document/src/content.ts',
    text: `import type { UpdateLog } from '@weft/sync'`,
  },
  'another package only through its index': {
    path: 'apps/server/src/server.ts',
    text: `import { Room } from '@weft/sync/room'`,
  },
  'relative imports stay in their own part': {
    path: 'packages/editor/src/editor.ts',
    text: `export { encode } from '../../protocol/src/index.ts'`,
  },
  'http/ and ws/ do not know each other': {
    path: 'apps/server/src/http/documents.ts',
    text: `import type { Pulse } from '../ws/pulse.ts'`,
  },
  'only main.ts names an adapter': {
    path: 'apps/server/src/ws/upgrade.ts',
    text: `const open = () => import('../storage/sqlite.ts')`,
  },
  'nothing imports main.ts': {
    path: 'apps/server/src/server.ts',
    text: `import './main.ts'`,
  },
}

describe('a planted import that breaks a rule is found', () => {
  it.each(ruleNames)('%s', (rule) => {
    const file = planted[rule]
    if (file === undefined) throw new Error('no import is planted against this rule')
    expect(violations(importsOf(file)).map((violation) => violation.rule)).toContain(rule)
  })

  it('a circle of type imports', () => {
    const circle = [
      { path: 'packages/sync/src/a.ts', text: `import type { B } from './b.ts'` },
      { path: 'packages/sync/src/b.ts', text: `export { type C } from './c.ts'` },
      { path: 'packages/sync/src/c.ts', text: `export type C = import('./a.ts').A` },
    ]
    expect(cycles(circle.flatMap(importsOf))).toHaveLength(1)
  })

  it('a Node module in a package', () => {
    const file = { path: 'packages/sync/src/room.ts', text: `import { readFile } from 'node:fs/promises'` }
    expect(violations(importsOf(file))).toHaveLength(1)
  })

  it('an adapter as the code of a thread', () => {
    const file = {
      path: 'apps/server/src/server.ts',
      text: `new Worker(new URL('./storage/sqlite-thread.ts', import.meta.url))`,
    }
    expect(violations(importsOf(file)).map(({ rule }) => rule)).toEqual(['only main.ts names an adapter'])
  })
})
