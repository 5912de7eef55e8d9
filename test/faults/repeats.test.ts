/** `kill -9` between a change and its answer: whoever asks again with the same key finds it done once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { figure, note, timeLimit } from '../support/lane.ts'
import { random } from '../support/random.ts'
import { type ServerProcess, serverProcess } from '../support/server-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const kills = figure({ short: 4, long: 100 })
const seed = 5
/** Requests that are under way at once. */
const atOnce = 6

interface Request {
  readonly key: string
  readonly path: string
  readonly body: unknown
}

test(`${kills} kills while programs write lose and repeat nothing that they ask for again (seed ${seed})`, {
  timeout: timeLimit(120_000),
}, async () => {
  await using folder = await temporaryFolder()
  const dice = random(seed)
  let server = serverProcess(['--data', folder.path, '--port', '0'])
  let url = await server.url()
  const made = await fetch(`${url}/api/v1/documents/log`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(made.status).toBe(201)
  let next = 0
  let repeated = 0
  const open = new Map<string, Request>()
  const done: Request[] = []

  async function ask(request: Request): Promise<void> {
    const answer = await fetch(`${url}/api/v1${request.path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': request.key },
      body: JSON.stringify(request.body),
    })
    const text = await answer.text()
    expect([answer.status, text]).toEqual([expect.toBeOneOf([200, 201]), text])
    open.delete(request.key)
    done.push(request)
  }

  for (let kill = 0; kill < kills; kill++) {
    const killing = killAfter(server, 300 + dice.below(600))
    repeated += open.size
    const asked = [...open.values()]
    const work = async () => {
      while (server.child.exitCode === null && server.child.signalCode === null) {
        const request = asked.shift() ?? requestNumber(next++)
        open.set(request.key, request)
        try {
          await ask(request)
        } catch (error) {
          // It was killed under this request; what it did not answer is asked of the next one.
          if (!(error instanceof TypeError)) throw error
          return
        }
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    for (const request of asked) open.set(request.key, request)
    await killing
    server = serverProcess(['--data', folder.path, '--port', '0'])
    url = await server.url()
  }
  for (const request of [...open.values()]) await ask(request)

  const text = await (await fetch(`${url}/api/v1/documents/log/content`)).text()
  const lines = text.split('\n').filter((line) => line !== '')
  const appended = done.filter(({ path }) => path.endsWith('/edits')).map(({ key }) => key)
  expect(lines.toSorted()).toEqual(appended.toSorted())
  const titles = await allTitles(url)
  const created = done.filter(({ path }) => path === '/documents').map(({ key }) => key)
  expect(titles.filter((title) => title.startsWith('request-')).toSorted()).toEqual(created.toSorted())
  note('repeated requests', { kills, done: done.length, repeated })
  // A loop in which nothing was under way would prove nothing.
  expect(repeated).toBeGreaterThan(kills)
  expect(done.length).toBeGreaterThan(kills * 10)
  server.child.kill('SIGKILL')
  await server.ended()
})

function requestNumber(number: number): Request {
  const key = `request-${number}`
  return number % 4 === 0
    ? { key, path: '/documents', body: { title: key } }
    : { key, path: '/documents/log/edits', body: { edits: [{ append: key }] } }
}

async function killAfter(server: ServerProcess, ms: number): Promise<void> {
  await sleep(ms)
  server.child.kill('SIGKILL')
  await server.ended()
}

async function allTitles(url: string): Promise<readonly string[]> {
  const titles: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await fetch(`${url}/api/v1/documents?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`)
    const { documents, next } = (await page.json()) as { documents: { title: string }[]; next: string | null }
    titles.push(...documents.map(({ title }) => title))
    cursor = next
  }
  return titles
}
