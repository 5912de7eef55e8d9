/** A copy of this tree in a folder of its own, with a fault planted in it: what the tests must find out. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/** `find` stands in the file exactly once. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface PlantedBuild extends AsyncDisposable {
  /** The server as a program, see `serverProcess`. */
  readonly main: string
  /** Runs these test files of the copy. */
  runTests(files: readonly string[], which?: WhichTests): Promise<TestRun>
}

interface WhichTests {
  /** Those that have such names; left out: all. */
  readonly only?: string | undefined
  /** None after the first that fails. */
  readonly untilFailure?: boolean
}

interface TestRun {
  /** Full names. A file that could not be run at all is no failed test. */
  readonly failed: readonly string[]
  readonly passed: number
  readonly output: string
}

const root = join(import.meta.dirname, '../..')
const folders = ['apps/server', 'packages', 'test']
const files = ['package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json', 'tsconfig.json']
const leftOut = new Set(['dist', '.types', '.cache', '.vite', '.vite-temp', '.scratch', 'screenshots'])

/** Throws if an edit does not fit: a fault that is not planted would be found by nobody. */
export async function plantedBuild(edits: readonly Edit[]): Promise<PlantedBuild> {
  const folder = await temporaryFolder()
  const at = (path: string) => join(folder.path, path)
  // Workspace packages are linked by relative links, so those of the copy lead to the copy.
  const options = {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from: string) => !leftOut.has(basename(from)),
  }
  for (const path of [...folders, ...files]) await cp(join(root, path), at(path), options)
  await symlink(join(root, 'node_modules'), at('node_modules'))
  for (const edit of edits) await plant(at(edit.file), edit)

  return {
    main: at('apps/server/src/main.ts'),
    async runTests(paths, { only, untilFailure = false } = {}) {
      const report = at('report.json')
      const args = [
        ...['run', ...paths, '--reporter=json', `--outputFile=${report}`],
        ...(only === undefined ? [] : ['-t', only]),
        ...(untilFailure ? ['--bail=1'] : []),
      ]
      const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
        cwd: at('test'),
        env: {
          ...process.env,
          VITEST: undefined,
          VITEST_WORKER_ID: undefined,
          VITEST_POOL_ID: undefined,
          WEFT_FAULTS: undefined,
          WEFT_FAULT_FIGURES: undefined,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
        })
      }
      await once(child, 'close')
      const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report
      const results = testResults.flatMap(({ assertionResults }) => assertionResults)
      return {
        failed: results.flatMap(({ status, fullName }) => (status === 'failed' ? [fullName] : [])),
        passed: results.filter(({ status }) => status === 'passed').length,
        output,
      }
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** As vitest's JSON reporter writes it. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

async function plant(path: string, { find, replace }: Edit): Promise<void> {
  const text = await readFile(path, 'utf8')
  const times = text.split(find).length - 1
  if (times !== 1) throw new Error(`${relative(root, path)} has ${times} times: ${find}`)
  await writeFile(
    path,
    text.replace(find, () => replace),
  )
}
