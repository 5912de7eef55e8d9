/** What is searched over the API is what the server has: soon after an edit, after a crash, and for those who may see it. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocumentResource } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restartingServer } from '../support/server-process-restarting.ts'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'
import { wireClient } from '../support/wire-client.ts'

interface Marked {
  readonly text: string
  readonly ranges: readonly { readonly from: number; readonly to: number }[]
}
interface Results {
  readonly results: readonly {
    readonly document: DocumentResource
    readonly title: Marked
    readonly excerpt: Marked
  }[]
  readonly next: string | null
  readonly complete: boolean
}

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

async function search(q: string, more = '', headers = {}): Promise<Results> {
  const { json } = await server.ask('GET', `/search?q=${encodeURIComponent(q)}${more}`, undefined, headers)
  return json as Results
}

async function titles(q: string, more = ''): Promise<string[]> {
  return (await search(q, more)).results.map(({ document }) => document.title)
}

const whatIsMarked = ({ text, ranges }: Marked) => ranges.map(({ from, to }) => text.slice(from, to))

function soon(q: string, expected: readonly string[]): Promise<unknown> {
  const same = async () => JSON.stringify(await titles(q)) === JSON.stringify(expected)
  return until(same, { what: `${q} finds ${expected.join(', ') || 'nothing'}` })
}

describe('a search', () => {
  it('finds titles and texts, and marks what it found as text', async () => {
    await server.create({ title: 'Zeppelin <b>plans</b>', content: 'nothing' })
    await server.create({
      title: 'Other',
      content: 'intro\n\nThe <script>zeppelin</script> lands &amp; waits',
    })
    await soon('zeppelin', ['Zeppelin <b>plans</b>', 'Other'])
    const { results, next, complete } = await search('zeppelin')
    expect(results.map(({ title }) => whatIsMarked(title))).toEqual([['Zeppelin'], []])
    expect(results.map(({ excerpt }) => whatIsMarked(excerpt))).toEqual([[], ['zeppelin']])
    expect(results[1]?.excerpt.text).toBe('The <script>zeppelin</script> lands &amp; waits')
    expect(next).toBeNull()
    await until(async () => complete || (await search('zeppelin')).complete)
  })

  it('finds what was just written, in a room and over REST, and not what was deleted', async () => {
    const { id } = await server.create({ title: 'Live', content: 'first marmalade\n' })
    await soon('marmalade', ['Live'])
    const client = wireClient(server.port, id)
    await client.opened()
    await until(() => client.text.toString() !== '')
    client.text.insert(0, 'quixotic ')
    await soon('quixotic marmalade', ['Live'])
    client.text.delete(0, client.text.length)
    client.text.insert(0, 'something else')
    await soon('quixotic', [])
    await soon('"something else"', ['Live'])
    client.close()
    await server.ask('PATCH', `/documents/${id}`, { title: 'Renamed' })
    await soon('something', ['Renamed'])
    await soon('renamed', ['Renamed'])
  })

  it('finds nothing in the trash, from the moment it is there, and finds it again when it is restored', async () => {
    const { id } = await server.create({ title: 'Binned', content: 'wheelbarrow' })
    await soon('wheelbarrow', ['Binned'])
    await server.ask('DELETE', `/documents/${id}`)
    expect(await titles('wheelbarrow')).toEqual([])
    await server.ask('POST', `/documents/${id}/restore`)
    await soon('wheelbarrow', ['Binned'])
    await server.ask('DELETE', `/documents/${id}?forever=true`)
    expect(await titles('wheelbarrow')).toEqual([])
  })

  it('is narrowed by folder, tag, author and day', async () => {
    const folder = (await server.ask('POST', '/folders', { name: 'Search Here' })).json as { id: string }
    const inner = (await server.ask('POST', '/folders', { name: 'Inner', parentId: folder.id })).json as {
      id: string
    }
    await server.create({ title: 'outside', content: 'gondola' })
    await server.create({ title: 'inside', content: 'gondola', folderId: folder.id, tags: ['Red Boat'] })
    const { id } = await server.create({ title: 'deeper', content: 'gondola', folderId: inner.id })
    await until(async () => (await titles('gondola')).length === 3)
    const sorted = async (q: string) => (await titles(q)).toSorted()
    expect(await sorted('gondola folder:"search here"')).toEqual(['deeper', 'inside'])
    expect(await titles(`folder:${inner.id} gondola`)).toEqual(['deeper'])
    expect(await titles('gondola folder:nowhere')).toEqual([])
    expect(await titles('tag:"red boat"')).toEqual(['inside'])
    expect(await titles('gondola author:me')).toHaveLength(3)
    expect(await titles('gondola author:guest:nobody')).toEqual([])
    expect(await sorted('gondola -inside')).toEqual(['deeper', 'outside'])
    const today = new Date().toISOString().slice(0, 10)
    expect(await titles(`gondola before:${today}`)).toEqual([])
    expect(await titles(`gondola after:2020-01-01`)).toHaveLength(3)
    await server.ask('PATCH', `/documents/${id}`, { folderId: null })
    await soon('gondola folder:"search here"', ['inside'])
  })

  it.each(['🎉', '"', ' - ', '\u{fe0f}', '"!" ?'])(
    'that has no word in it, as %j, finds nothing',
    async (q) => {
      await server.create({ title: 'Party', content: '🎉 regatta' })
      await until(async () => (await titles('regatta')).length > 0)
      expect(await search(q)).toMatchObject({ results: [], next: null })
      expect(await titles(`${q} regatta`)).toContain('Party')
      expect((await titles('')).length).toBeGreaterThan(0)
    },
  )

  it('pages with a cursor that belongs to it', async () => {
    for (const name of ['one', 'two', 'three']) {
      await server.create({ title: name, content: 'harpsichord' })
      await until(async () => (await titles('harpsichord')).includes(name))
    }
    await soon('harpsichord', ['three', 'two', 'one'])
    const first = await search('harpsichord', '&limit=2')
    expect(first.results).toHaveLength(2)
    expect(await titles('harpsichord', `&limit=2&cursor=${first.next}`)).toEqual(['one'])
    for (const [q, cursor] of [
      ['other', first.next],
      ['harpsichord', 'x'],
      ['harpsichord', Buffer.from('["x",0,0,1]').toString('base64url')],
    ])
      expect(await server.ask('GET', `/search?q=${q}&cursor=${cursor}`)).toMatchObject({
        ...{ status: 400, json: { code: 'invalid-cursor' } },
      })
  })

  it.each([
    '',
    `?q=${'x'.repeat(501)}`,
    '?q=before:tomorrow',
    `?q=${'a+'.repeat(17)}`,
    '?q=x&limit=0',
    '?q=x&z=1',
  ])('is refused as %j', async (query) => {
    const answer = await server.ask('GET', `/search${query}`)
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } })
  })
})

describe('the index', () => {
  it('is whole after kill -9, and after its file was deleted', async () => {
    await using process = await restartingServer()
    const api = `http://127.0.0.1:${process.port}/api/v1`
    const found = async (q: string) => {
      const response = await fetch(`${api}/search?q=${q}`)
      const { results, complete } = (await response.json()) as Results
      return complete ? results.map(({ document }) => document.title) : null
    }
    const finds = (q: string, expected: readonly string[]) =>
      until(async () => JSON.stringify(await found(q)) === JSON.stringify(expected), {
        what: `${q} is found`,
      })
    const file = join(process.folder, 'search.sqlite')

    await process.start()
    const kept = await process.create({ title: 'kept', content: 'lighthouse' })
    await finds('lighthouse', ['kept'])
    await process.create({ title: 'late', content: 'lighthouse' })
    await process.kill()
    await process.start()
    await finds('lighthouse', ['late', 'kept'])

    const gone = await process.create({ title: 'gone', content: 'lighthouse' })
    await finds('lighthouse', ['gone', 'late', 'kept'])
    await fetch(`${api}/documents/${gone}`, { method: 'DELETE' })
    await process.kill()
    for (const suffix of ['', '-wal', '-shm']) await rm(`${file}${suffix}`, { force: true })
    await process.start()
    await finds('lighthouse', ['late', 'kept'])
    expect((await stat(file)).size).toBeGreaterThan(0)
    expect(await process.content(kept)).toBe('lighthouse')
  })
})
