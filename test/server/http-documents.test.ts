import type { DocumentResource } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

describe('creating a document', () => {
  it('answers 201 with its address, its page and the stored revision', async () => {
    const answer = await server.ask('POST', '/documents', { title: 'Hello', content: '# Hello\n' })
    const document = answer.json as DocumentResource
    expect(answer.status).toBe(201)
    expect(document.id).toMatch(/^[\w-]{22}$/)
    expect(answer.headers.get('location')).toBe(`/api/v1/documents/${document.id}`)
    expect(document).toMatchObject({
      title: 'Hello',
      kind: 'markdown',
      language: null,
      revision: 1,
      trashedAt: null,
    })
    expect(document.url).toBe(`${server.url}/d/${document.id}`)
    expect(document.createdAt).toBe(document.updatedAt)
    expect(new Date(document.createdAt).toISOString()).toBe(document.createdAt)
    expect((await server.ask('GET', `/documents/${document.id}`)).json).toEqual(document)
  })

  it('takes no text that is longer than the operator allows, of a request, a template or another document', async () => {
    await using own = await weft({ bounds: { textLength: 20 } })
    const made = await own.ask('POST', '/documents', { content: 'x'.repeat(20), title: 'Full' })
    expect(made.status).toBe(201)
    const tooLong = { status: 413, json: { code: 'too-large' } }
    expect(await own.ask('POST', '/documents', { content: 'x'.repeat(21) })).toMatchObject(tooLong)
    const template = { content: '{{title}}', isTemplate: true }
    const { id } = (await own.ask('POST', '/documents', template)).json as DocumentResource
    const title = 'A title of more than twenty characters'
    expect(await own.ask('POST', '/documents', { template: id, title })).toMatchObject(tooLong)
    expect(((await own.ask('GET', '/documents')).json as { documents: unknown[] }).documents).toHaveLength(2)
  })

  it('needs nothing: an empty body of JSON makes an empty Markdown document', async () => {
    expect(await server.create()).toMatchObject({ title: 'Untitled', kind: 'markdown', revision: 0 })
  })

  it.each([
    [{ content: 'intro\n# Top *heading*\n' }, 'Top *heading*'],
    [{ content: '\nfirst line\nsecond', kind: 'text' }, 'first line'],
    [{ content: 'a'.repeat(500), kind: 'code', language: 'c++' }, 'a'.repeat(200)],
    [{ content: ' \n' }, 'Untitled'],
    [{ title: '  trimmed ', content: '# other' }, 'trimmed'],
  ])('takes its title from %j', async (draft, title) => {
    expect((await server.create(draft)).title).toBe(title)
  })

  it('keeps text exactly: emoji, right to left, NUL, no last line end', async () => {
    const content = 'a👩‍👩‍👧‍👦\n\u05e9\u05dc\u05d5\u05dd\u200f\0\u2028\t end'
    const { id } = await server.create({ content, kind: 'text' })
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe(content)
  })

  it('under an id of one’s own works once', async () => {
    const first = await server.ask('PUT', '/documents/my-notes_1', { title: 'Mine' })
    expect(first.status).toBe(201)
    expect(first.json).toMatchObject({ id: 'my-notes_1', title: 'Mine' })
    const second = await server.ask('PUT', '/documents/my-notes_1', { title: 'Again' })
    expect(second).toMatchObject({ status: 409, json: { code: 'document-exists' } })
    expect((await server.ask('GET', '/documents/my-notes_1')).json).toMatchObject({ title: 'Mine' })
  })

  it('under one id from many at once makes one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => server.ask('PUT', '/documents/race', { title: `t${n}` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)])
  })
})

describe('changing a document', () => {
  it('sets what is named and leaves the rest', async () => {
    const { id } = await server.create({ title: 'Old', kind: 'code', language: 'go' })
    const renamed = await server.ask('PATCH', `/documents/${id}`, { title: 'New' })
    expect(renamed).toMatchObject({ status: 200, json: { title: 'New', language: 'go' } })
    const plain = await server.ask('PATCH', `/documents/${id}`, { language: null })
    expect(plain.json).toMatchObject({ title: 'New', language: null })
  })

  it('from many at once keeps every field that only one of them set', async () => {
    const { id } = await server.create({ title: 'Start' })
    const titles = Array.from({ length: 25 }, (_, n) => `Title ${n}`)
    const answers = await Promise.all([
      ...titles.map((title) => server.ask('PATCH', `/documents/${id}`, { title })),
      server.ask('PATCH', `/documents/${id}`, { language: 'rust' }),
    ])
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const { json } = await server.ask('GET', `/documents/${id}`)
    expect(json).toMatchObject({ language: 'rust' })
    expect(titles).toContain((json as DocumentResource).title)
  })
})

describe('the trash', () => {
  it('hides a document from the list, not from who has its address', async () => {
    const { id } = await server.create({ title: 'Thrown away', content: 'text' })
    expect((await server.ask('DELETE', `/documents/${id}`)).status).toBe(204)
    const seen = await server.ask('GET', `/documents/${id}`)
    expect(seen.status).toBe(200)
    expect((seen.json as DocumentResource).trashedAt).not.toBeNull()
    expect(await titles('title=Thrown')).toEqual([])
    expect(await titles('title=Thrown&trashed=true')).toEqual(['Thrown away'])
  })

  it('keeps content back with 410 until the document is restored', async () => {
    const { id } = await server.create({ content: 'text' })
    await server.ask('DELETE', `/documents/${id}`)
    const gone = { status: 410, json: { code: 'document-in-trash' } }
    expect(await server.ask('GET', `/documents/${id}/content`)).toMatchObject(gone)
    expect(await server.ask('GET', `/documents/${id}/state`)).toMatchObject(gone)
    expect(await server.ask('PATCH', `/documents/${id}`, { title: 'x' })).toMatchObject(gone)
    const update = await server.ask('POST', `/documents/${id}/updates`, Uint8Array.of(0, 0), {
      'content-type': 'application/octet-stream',
    })
    expect(update).toMatchObject(gone)
    const restored = await server.ask('POST', `/documents/${id}/restore`)
    expect(restored).toMatchObject({ status: 200, json: { id, trashedAt: null } })
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe('text')
  })

  it('takes a document twice, and gives one back twice, without complaint', async () => {
    const { id } = await server.create()
    for (const [method, path, status] of [
      ['DELETE', '', 204],
      ['DELETE', '', 204],
      ['POST', '/restore', 200],
      ['POST', '/restore', 200],
    ] as const) {
      expect((await server.ask(method, `/documents/${id}${path}`)).status).toBe(status)
    }
  })
})

describe('the list', () => {
  it('pages through 250 documents, newest change first, each once', async () => {
    await using own = await weft()
    const made: string[] = []
    for (let group = 0; group < 25; group++) {
      const ten = Array.from({ length: 10 }, (_, n) => own.create({ title: `Document ${group * 10 + n}` }))
      made.push(...(await Promise.all(ten)).map(({ id }) => id))
    }
    const pages: DocumentResource[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { json } = await own.ask('GET', `/documents?limit=37${cursor && `&cursor=${cursor}`}`)
      const page = json as { documents: DocumentResource[]; next: string | null }
      pages.push(page.documents)
      cursor = page.next
    }
    const listed = pages.flat()
    expect(pages.map((page) => page.length)).toEqual([37, 37, 37, 37, 37, 37, 28])
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(made))
    expect(listed).toHaveLength(250)
    const times = listed.map(({ updatedAt }) => updatedAt)
    expect(times).toEqual(times.toSorted().reverse())
  })

  it('has 50 documents on a page unless told', async () => {
    await using own = await weft()
    for (let n = 0; n < 51; n++) await own.create()
    const { json } = await own.ask('GET', '/documents')
    expect((json as { documents: unknown[] }).documents).toHaveLength(50)
  })

  it('finds a part of the title in any case, taking wildcards as they are written', async () => {
    await server.create({ title: '100% of Ünder_scores' })
    expect(await titles('title=ünder_SCORES')).toEqual(['100% of Ünder_scores'])
    expect(await titles(`title=${encodeURIComponent('100%')}`)).toEqual(['100% of Ünder_scores'])
    expect(await titles(`title=${encodeURIComponent('1%s')}`)).toEqual([])
  })

  it.each(['x', 'bm90IGEgY3Vyc29y', '!!!', Buffer.from('1 bad.id').toString('base64url'), 'MSBhYQ=='])(
    'refuses the cursor %s, which it did not give',
    async (cursor) => {
      const answer = await server.ask('GET', `/documents?cursor=${encodeURIComponent(cursor)}`)
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-cursor' } })
    },
  )
})

async function titles(query: string): Promise<string[]> {
  const { json } = await server.ask('GET', `/documents?${query}`)
  return (json as { documents: DocumentResource[] }).documents.map(({ title }) => title)
}
