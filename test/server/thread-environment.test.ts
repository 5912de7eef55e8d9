import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const source = new URL('../../apps/server/src/thread-environment.ts', import.meta.url).href
const program = `const { threadEnvironment } = await import('${source}'); console.log(JSON.stringify(threadEnvironment()))`

function inProcess(environment: Readonly<Record<string, string>>): unknown {
  const arguments_ = ['--input-type=module', '--eval', program]
  return JSON.parse(execFileSync(process.execPath, arguments_, { env: environment, encoding: 'utf8' }))
}

it('a thread keeps compiled code where its process does, and gets nothing else of the environment', async () => {
  await using folder = await temporaryFolder()
  expect(inProcess({ NODE_COMPILE_CACHE: folder.path, WEFT_PORT: '1' })).toEqual({
    NODE_COMPILE_CACHE: folder.path,
  })
  expect(inProcess({ WEFT_PORT: '1' })).toEqual({})
})
