/** B17: finding a document among very many. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { random } from '../../support/random.ts'
import { runNode } from '../children.ts'
import { library } from '../data/library.ts'
import { histogram } from '../generator/histogram.ts'
import { rssMb } from '../process-usage.ts'
import type { Bench, Scenario, Values } from '../scenario.ts'
import { type RunningServer, startWeft } from '../servers.ts'

const program = fileURLToPath(new URL('../programs/library.ts', import.meta.url))
const seed = 1
const requests = 200

const firstPage = 'first page'
const deepPage = 'page at any depth'
const filteredPage = 'page of a tag, at any depth'
const commonWord = 'search: a common word'
const mixedSearch = 'search: any word'
const partSearch = 'search: a part of a word'
const twoWords = 'search: two words and a filter'
const editUntilFound = 'an edit until it is found'

type Ask = (number: number) => Promise<void>

export const libraryScenario: Scenario = {
  id: 'library',
  title: '100,000 documents of 5 kB',
  about:
    'Lists and searches over HTTP, one after the other, 200 of each; places, orders and words are drawn at random. The documents were stored, and indexed, before the server started. Growth: of its memory, over the 200.',
  subjects: [
    firstPage,
    deepPage,
    filteredPage,
    commonWord,
    mixedSearch,
    partSearch,
    twoWords,
    editUntilFound,
  ],
  columns: [
    { key: 'p50', title: 'p50 ms' },
    { key: 'p99', title: 'p99 ms' },
    { key: 'slowest', title: 'slowest ms' },
    { key: 'growthMb', title: 'growth MB' },
    { key: 'memoryMb', title: 'memory MB' },
  ],
  async measure(subject, bench) {
    const server = await open(bench)
    const ask = await asking(subject, server)
    for (let number = 0; number < 10; number++) await ask(number)
    const times = histogram()
    const before = rssMb(server.pid)
    const count = subject === editUntilFound ? 20 : requests
    for (let number = 10; number < 10 + count; number++) {
      const began = performance.now()
      await ask(number)
      times.add(performance.now() - began)
    }
    const memoryMb = rssMb(server.pid)
    const [p50, p99, slowest] = [times.quantile(0.5), times.quantile(0.99), times.quantile(1)]
    return { p50, p99, slowest, growthMb: memoryMb - before, memoryMb } satisfies Values
  },
}

let opened: Promise<RunningServer> | null = null

/** Filling it takes a minute or two: once for all that is measured. */
function open(bench: Bench): Promise<RunningServer> {
  opened ??= fill(bench.quick ? 5_000 : 100_000)
  return opened
}

async function fill(count: number): Promise<RunningServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  await runNode(program, { place: 'generator', arguments: [folder, String(count), String(seed)] })
  const server = await startWeft({ folder })
  while (!((await get(server, '/search?q=a')) as { complete: boolean }).complete) await sleep(500)
  return server
}

async function asking(subject: string, server: RunningServer): Promise<Ask> {
  const dice = random(seed)
  const { vocabulary } = library(seed)
  const search = async (q: string) => {
    await get(server, `/search?q=${encodeURIComponent(q)}`)
  }
  const anyWord = () => vocabulary[Math.floor(Math.exp(dice.next() * Math.log(vocabulary.length))) - 1] ?? 'a'
  switch (subject) {
    case firstPage:
      return async () => {
        await get(server, '/documents')
      }
    case deepPage: {
      const places = [
        ...(await cursors(server, 'sort=updated')),
        ...(await cursors(server, 'sort=title')),
        ...(await cursors(server, 'sort=created&order=ascending')),
      ]
      return async () => {
        await get(server, `/documents?${dice.pick(places)}`)
      }
    }
    case filteredPage: {
      const places = await cursors(server, 'tag=tag-7&sort=title')
      return async () => {
        await get(server, `/documents?${dice.pick(places)}`)
      }
    }
    case commonWord:
      return () => search(vocabulary[20 + dice.below(30)] ?? 'a')
    case mixedSearch:
      return () => search(anyWord())
    case partSearch:
      return () => search(anyWord().slice(1, 6).padEnd(3, 'a'))
    case twoWords:
      return () => search(`${anyWord()} ${anyWord()} tag:tag-${dice.below(50)}`)
    default:
      return (number) => edited(server, number)
  }
}

/** Where every page of a list begins. */
async function cursors(server: RunningServer, query: string): Promise<readonly string[]> {
  const places = [query]
  for (;;) {
    const { next } = (await get(server, `/documents?limit=100&${places.at(-1)}`)) as { next: string | null }
    if (next === null) return places
    places.push(`${query}&cursor=${next}`)
  }
}

async function edited(server: RunningServer, number: number): Promise<void> {
  const word = `edited${number}x${Date.now()}`
  const response = await fetch(`${server.url}/api/v1/documents/library-${number}/edits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ edits: [{ append: `${word}\n` }] }),
  })
  if (!response.ok) throw new Error(`not edited: ${await response.text()}`)
  for (;;) {
    const { results } = (await get(server, `/search?q=${word}`)) as { results: readonly unknown[] }
    if (results.length > 0) return
    await sleep(10)
  }
}

async function get(server: RunningServer, at: string): Promise<unknown> {
  const response = await fetch(`${server.url}/api/v1${at}`)
  if (!response.ok) throw new Error(`${at}: ${response.status} ${await response.text()}`)
  return response.json()
}
