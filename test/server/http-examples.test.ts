/** docs/api.md, followed to the letter: every command is run, every answer compared. */
import { spawn, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { problems } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Weft, weft } from '../support/weft.ts'

const page = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
const curl = spawnSync('curl', ['--version']).status === 0

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

interface Example {
  readonly commands: string
  readonly form: string
  readonly answer: string
}

const examples: readonly Example[] = [
  ...page.matchAll(/^```sh\n([\s\S]+?)^```\n\n```(json|text)\n([\s\S]+?)^```$/gm),
].map(([, commands = '', form = '', answer = '']) => ({ commands, form, answer }))

describe('the API page', () => {
  it('has an answer below every command', () => {
    expect(examples).toHaveLength([...page.matchAll(/^```sh$/gm)].length)
    expect(examples.length).toBeGreaterThan(8)
  })

  // Without curl there is nothing to follow.
  it.skipIf(!curl)('is right from its first command to its last', async () => {
    await using folder = await temporaryFolder()
    const origin = `http://localhost:${server.port}`
    for (const { commands, form, answer } of examples) {
      const got = await run(commands.replaceAll('http://localhost:3000', origin), folder.path)
      if (form === 'text') expect(`${commands}${got}`).toBe(`${commands}${answer}`)
      else expect(lasting(JSON.parse(got))).toEqual(lasting(JSON.parse(answer)))
    }
  })

  it('lists every problem with its status', () => {
    const [, table = ''] = page.split(/<!-- \/?problems -->/)
    expect(table.trim()).toBe(problemTable())
  })
})

/** In a process beside this one, which goes on serving. */
async function run(commands: string, folder: string): Promise<string> {
  const shell = spawn('sh', ['-eu', '-c', commands], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  for await (const chunk of shell.stdout) printed += chunk
  return printed
}

/** What does not differ from run to run: ids, times, the port and places among the server's events do. */
function lasting(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer)
      .replaceAll(/whsec_[\w+/=]+/g, '<secret>')
      .replaceAll(/[\w-]{22}/g, '<id>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/localhost:\d+/g, '<host>')
      .replaceAll(/"next":"(\d+)\.\d+"/g, '"next":"$1.<n>"'),
  )
}

function problemTable(): string {
  const rows = Object.entries(problems).map(
    ([code, { status, title }]) => `| ${status} | \`${code}\` | ${title} |`,
  )
  return ['| Status | `code` | Title |', '| --- | --- | --- |', ...rows].join('\n')
}
