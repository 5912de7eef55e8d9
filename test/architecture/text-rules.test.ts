import { describe, expect, it } from 'vitest'
import { textFaults } from './text-rules.ts'
import { filesBelow, productSources, type SourceFile, testSources } from './tree.ts'

const scripts = filesBelow('scripts', '.mjs')
/** They name what is forbidden. */
const thisFolder = /^test\/architecture\/text-rules/

describe('the sources', () => {
  it("hold one idea a file, in the project's words, and nothing that is put off", () => {
    const faulty = [...productSources, ...testSources, ...scripts]
      .filter((file) => !thisFolder.test(file.path))
      .flatMap((file) => textFaults(file).map((fault) => `${file.path}: ${fault}`))
    expect(faulty).toEqual([])
  })
})

const planted: readonly [fault: string, file: SourceFile][] = [
  ['401 lines', { path: 'packages/sync/src/room.ts', text: '\n'.repeat(401) }],
  ['the name utils', { path: 'packages/sync/src/utils.ts', text: '' }],
  ['the name RoomManager', { path: 'packages/sync/src/room.ts', text: 'export class RoomManager {}' }],
  ['the name openSession', { path: 'apps/web/src/a.ts', text: 'export function openSession() {}' }],
  ['roomTable is not kebab-case', { path: 'packages/sync/src/roomTable.ts', text: '' }],
  ['TODO', { path: 'apps/web/src/main.tsx', text: '// TODO: later' }],
  ['@ts-ignore', { path: 'apps/web/src/main.tsx', text: '// @ts-ignore' }],
  ['/home/a', { path: 'apps/server/src/a.ts', text: `const data = '/home/ann/weft'` }],
  ['Date.now', { path: 'packages/sync/src/room.ts', text: 'const at = Date.now()' }],
  ['new Date', { path: 'packages/sync/src/room.ts', text: 'const at = new Date()' }],
  ['setTimeout', { path: 'packages/document/src/a.ts', text: 'setTimeout(() => {}, 5)' }],
  ['console.log', { path: 'packages/client/src/a.ts', text: 'console.log(1)' }],
  ['process.env', { path: 'apps/server/src/server.ts', text: 'const port = process.env.PORT' }],
  ['process.exit', { path: 'apps/server/src/http/app.ts', text: 'process.exit(1)' }],
]

describe('a planted fault is found', () => {
  it.each(planted)('%s', (fault, file) => {
    expect(textFaults(file)).toContain(fault)
  })

  it('and main.ts may read the environment and exit', () => {
    const text = 'run(process.env); process.exit(1)'
    expect(textFaults({ path: 'apps/server/src/main.ts', text })).toEqual([])
  })
})
