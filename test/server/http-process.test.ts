/** The server as its operator meets it: a program that prints, refuses, and ends. */
import { spawnSync } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import type { DocumentResource } from '@weft/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import { type ServerProcess, serverProcess } from '../support/server-process.ts'
import { stockClient } from '../support/stock-client.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const started: ServerProcess[] = []
const folders: TemporaryFolder[] = []
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended()
  }
  for (const folder of folders.splice(0)) await folder[Symbol.asyncDispose]()
})

async function folder(): Promise<string> {
  const made = await temporaryFolder()
  folders.push(made)
  return made.path
}

function start(flags: readonly string[], settings?: Readonly<Record<string, string>>): ServerProcess {
  const server = serverProcess(flags, settings)
  started.push(server)
  return server
}

const curl = spawnSync('curl', ['--version']).status === 0

describe('a start', () => {
  it('says where it is, where the data is and what to try, and nothing else', async () => {
    const data = join(await folder(), 'data')
    const server = start(['--port', '0', `--data=${data}`])
    const url = await server.url()
    expect(url).toMatch(/^http:\/\/localhost:\d+$/)
    expect(server.stdout).toBe(
      [
        'Weft is ready',
        `  Address   ${url}`,
        `  Data      ${data}`,
        `  Try       curl -s -X POST ${url}/api/v1/documents -H 'content-type: application/json' -d '{"title":"Hello","content":"# Hello\\n"}'`,
        '',
      ].join('\n'),
    )
    expect(server.stderr).toBe('')
    expect((await readdir(data)).toSorted()).toEqual(expect.arrayContaining(['guest.key', 'weft.sqlite']))
  })

  // Needs curl, which is the point: it is the line that a person copies.
  it.skipIf(!curl)('prints a curl line that makes a document', async () => {
    const server = start(['--port=0', '--data', await folder()])
    await server.url()
    const line = server.stdout.split('\n').find((text) => text.includes('Try')) ?? ''
    const { stdout } = spawnSync('sh', ['-c', line.replace('Try', '')], { encoding: 'utf8' })
    const document = JSON.parse(stdout) as DocumentResource
    expect(document.title).toBe('Hello')
    const content = await fetch(`${await server.url()}/api/v1/documents/${document.id}/content`)
    expect(await content.text()).toBe('# Hello\n')
  })

  it('keeps what it stored, and who its guests are, for the next one', async () => {
    const data = await folder()
    const first = start(['--port=0', '--data', data])
    const made = await fetch(`${await first.url()}/api/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"content":"kept"}',
    })
    const { id } = (await made.json()) as DocumentResource
    const me = await fetch(`${await first.url()}/api/v1/me`)
    const cookie = (me.headers.getSetCookie()[0] ?? '').split(';', 1)[0] ?? ''
    first.child.kill('SIGTERM')
    expect(await first.ended()).toBe(0)

    const second = start(['--port=0', '--data', data])
    const content = await fetch(`${await second.url()}/api/v1/documents/${id}/content`)
    expect(await content.text()).toBe('kept')
    const again = await fetch(`${await second.url()}/api/v1/me`, { headers: { cookie } })
    expect(await again.json()).toEqual(await me.json())
  })

  it('in memory says so and leaves nothing behind', async () => {
    const data = join(await folder(), 'data')
    const server = start(['--port=0', '--storage=memory'], { WEFT_DATA: data })
    await server.url()
    expect(server.stdout).toContain('Data      in memory: gone when Weft stops')
    expect(await readdir(join(data, '..'))).toEqual([])
  })

  it('on an address that others reach warns of it', async () => {
    const server = start(['--port=0', '--host=0.0.0.0', '--storage=memory'])
    await server.url()
    await until(() => server.stdout.includes('Warning'))
    expect(server.stdout).toContain('anyone who reaches this address may read and write')
  })
})

describe('a refusal to start', () => {
  it.each([
    [['--port=no'], {}, '--port is "no"; it takes a number from 0 to 65535.'],
    [['--verbose'], {}, '--verbose is not a flag.'],
    [[], { WEFT_PROT: '1' }, 'WEFT_PROT is not a setting.'],
  ])('names the setting and exits with 2: %j %j', async (flags, settings, reason) => {
    const server = start(flags, settings)
    expect(await server.ended()).toBe(2)
    expect(server.stderr).toContain(`Weft does not start: ${reason}`)
    expect(server.stderr).not.toContain('    at ')
    expect(server.stdout).toBe('')
  })

  it('is none for --help, which exits with 0', async () => {
    const server = start(['--help'])
    expect(await server.ended()).toBe(0)
    expect(server.stdout).toContain('--port <value>, PORT')
  })

  it('names the port that is in use and exits with 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const server = start(['--port', String(port), '--data', await folder()])
    expect(await server.ended()).toBe(1)
    expect(server.stderr).toBe(
      `Weft does not start: port ${port} of 127.0.0.1 is in use. Stop what uses it, or choose another with PORT or --port.\n`,
    )
    other.close()
  })

  it('names an address that is not of this machine', async () => {
    const server = start(['--port=0', '--host=192.0.2.1', '--storage=memory'])
    expect(await server.ended()).toBe(1)
    expect(server.stderr).toContain('192.0.2.1 is not an address of this machine')
  })

  it('says what is wrong with the data folder', async () => {
    const file = join(await folder(), 'file')
    await writeFile(file, '')
    const server = start(['--port=0', '--data', join(file, 'data')])
    expect(await server.ended()).toBe(1)
    expect(server.stderr).toMatch(/^Weft does not start: .+\n$/)
    expect(server.stderr).toContain(file)
    expect(server.stdout).toBe('')
  })

  it('keeps a second server out of the same data folder', async () => {
    const data = await folder()
    await start(['--port=0', '--data', data]).url()
    const second = start(['--port=0', '--data', data])
    expect(await second.ended()).toBe(1)
    expect(second.stderr).toMatch(/^Weft does not start: .+\n$/)
  })
})

describe('the end', () => {
  it('by SIGTERM sends people away with 1012, keeps what they wrote, and takes at most ten seconds', async () => {
    const data = await folder()
    const server = start(['--port=0', '--data', data])
    const url = await server.url()
    const { id } = await create(url)
    const clients = Array.from({ length: 12 }, () => stockClient(portOf(url), id))
    await Promise.all(clients.map((client) => client.synced()))
    for (const [n, client] of clients.entries()) client.text.insert(0, `<${n}>`)
    await until(() => clients.every((client) => client.echoes > 0))

    const startedAt = performance.now()
    server.child.kill('SIGTERM')
    const notReady = until(async () => (await fetch(`${url}/readyz`)).status === 503, { withinMs: 3_000 })
    expect(await notReady).toBe(true)
    expect(await server.ended()).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    for (const client of clients) {
      expect(client.closes[0]).toBe(1012)
      client.leave()
    }

    const next = await start(['--port=0', '--data', data]).url()
    const text = await (await fetch(`${next}/api/v1/documents/${id}/content`)).text()
    for (const n of clients.keys()) expect(text).toContain(`<${n}>`)
  })

  it('by a second signal comes at once', async () => {
    const server = start(['--port=0', '--storage=memory'])
    const url = await server.url()
    const { id } = await create(url)
    const clients = Array.from({ length: 30 }, () => stockClient(portOf(url), id))
    await Promise.all(clients.map((client) => client.synced()))
    server.child.kill('SIGINT')
    await until(() => clients.some((client) => client.closes.length > 0))
    expect(clients.every((client) => client.closes.length > 0)).toBe(false)
    server.child.kill('SIGINT')
    expect(await server.ended()).toBe(130)
    for (const client of clients) client.leave()
  })

  it('waits for a request that is being answered', async () => {
    const server = start(['--port=0', '--data', await folder()])
    const url = await server.url()
    const answers = Array.from({ length: 50 }, () => create(url))
    await answers[0]
    server.child.kill('SIGTERM')
    const outcomes = await Promise.allSettled(answers)
    expect(await server.ended()).toBe(0)
    // Each is answered whole, or was never taken.
    for (const outcome of outcomes)
      if (outcome.status === 'fulfilled') expect(outcome.value.id).toMatch(/^[\w-]{22}$/)
  })
})

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function create(url: string): Promise<DocumentResource> {
  const response = await fetch(`${url}/api/v1/documents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(response.status).toBe(201)
  return (await response.json()) as DocumentResource
}
