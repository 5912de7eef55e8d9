import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** Files that Node loads for this one. */
function loadedFor(specifier: string): readonly string[] {
  const program = `
    import { registerHooks } from 'node:module'
    registerHooks({
      load(url, context, next) {
        console.log(url)
        return next(url, context)
      },
    })
    await import('${specifier}')
  `
  const url = new URL('../../apps/server/src/', import.meta.url)
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: url,
    encoding: 'utf8',
  })
  return output.trim().split('\n')
}

const ofSchemas = /node_modules\/(?:\.pnpm\/)?(?:zod|hono|@hono)/

it.each(['@weft/protocol', '@weft/sync', '@weft/document', './storage/sqlite-worker.ts'])(
  '%s brings no schemas along: each thread would load them anew, 25 MB of them',
  (specifier) => {
    const loaded = loadedFor(specifier)
    expect(loaded.length).toBeGreaterThan(5)
    expect(loaded.filter((url) => ofSchemas.test(url))).toEqual([])
  },
)

it('the routes do, which shows that it would be seen', () => {
  expect(loadedFor('@weft/protocol/routes').some((url) => ofSchemas.test(url))).toBe(true)
})
