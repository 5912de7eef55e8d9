/** Programs read content: now and then, all and parts, in one form or another. */
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import type { Problem } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { type Weft, weft } from '../support/weft.ts'
import { programOf } from '../support/writing-program.ts'

describe.each([
  ['SQLite', {}],
  ['memory', { forgets: true }],
])('reading on %s', (_, options) => {
  let server: Weft
  beforeAll(async () => {
    server = await weft(options)
  })
  afterAll(() => server.close())
  const program = programOf(() => server)
  const get = (id: string, query = '', headers: Record<string, string> = {}, method = 'GET') =>
    server.ask(method, `/documents/${id}/content${query}`, undefined, headers)

  it('a page again shows the title that the document has by now', async () => {
    const { id } = await server.create({ title: 'Old', content: 'text' })
    const page = (headers: Record<string, string> = {}) => fetch(`${server.url}/d/${id}.html`, { headers })
    const first = await page()
    const tag = first.headers.get('etag') ?? ''
    expect(await first.text()).toContain('<title>Old</title>')
    expect((await page({ 'if-none-match': tag })).status).toBe(304)
    await server.ask('PATCH', `/documents/${id}`, { title: 'New' })
    expect(await (await page({ 'if-none-match': tag })).text()).toContain('<title>New</title>')
  })

  describe('the past', () => {
    it('is every revision as it was', async () => {
      const { id } = await server.create({ content: '0\n' })
      for (let n = 1; n < 20; n++) await program.edits(id, [{ append: `${n}` }])
      for (let revision = 20; revision > 0; revision--) {
        const { text, headers } = await get(id, `?at=${revision}`)
        expect(text.trimEnd().split('\n')).toHaveLength(revision)
        expect(headers.get('etag')).toBe(`"${revision}"`)
      }
      expect((await get(id, '?at=0')).text).toBe('')
      expect(await get(id, '?at=7', { 'if-none-match': '"7"' })).toMatchObject({ status: 304, text: '' })
    })

    it('is reached by time', async () => {
      const { id } = await server.create({ content: 'a' })
      const record = await server.storage.documents.get(id as never)
      const created = record?.createdAt ?? 0
      const at = (ms: number) => `?at=${encodeURIComponent(new Date(created + ms).toISOString())}`
      await server.storage.updates.append(id as never, [
        { update: await appended(id, 'b'), actor: 'guest:ann', at: created + 60_000 },
      ])
      expect((await get(id, at(0))).text).toBe('a')
      expect((await get(id, at(59_999))).text).toBe('a')
      expect((await get(id, at(60_000))).text).toBe('ab')
      expect((await get(id, at(86_400_000))).text).toBe('ab')
      expect(await get(id, at(-1))).toMatchObject({ status: 404, json: { code: 'revision-missing' } })
      const elsewhere = new Date(created + 2 * 3_600_000).toISOString().replace('Z', '%2B02:00')
      expect((await get(id, `?at=${elsewhere}`)).text).toBe('a')
    })

    it('that has not come yet is not there', async () => {
      const { id } = await server.create({ content: 'a' })
      const missing = { status: 404, json: { code: 'revision-missing', revision: 1 } }
      expect(await get(id, '?at=2')).toMatchObject(missing)
      expect(await get(id, '?at=2', { 'if-none-match': '"2"' })).toMatchObject(missing)
    })

    it.each(['', '-1', '1.5', '1e3', '0x1', ' 1', 'yesterday', '2026-13-01T00:00:00Z', '1'.repeat(30)])(
      'at %j is refused',
      async (at) => {
        const { id } = await server.create({ content: 'a' })
        expect((await get(id, `?at=${encodeURIComponent(at)}`)).status).toBe(400)
      },
    )
  })

  describe('a part', () => {
    const text = '# A\none\n\n## B\ntwo\n### C\nthree\n\n## D\nfour'
    let id: string
    beforeAll(async () => {
      id = (await server.create({ content: text })).id
    })

    it.each([
      ['lines=1', '# A\n'],
      ['lines=2-4', 'one\n\n## B\n'],
      ['lines=9-', '## D\nfour'],
      ['lines=10-99', 'four'],
      ['section=B', '## B\ntwo\n### C\nthree\n\n'],
      [`section=${encodeURIComponent('## D')}`, '## D\nfour'],
      [`section=${encodeURIComponent('### C')}`, '### C\nthree\n\n'],
    ])('by %s is what stands there, and where', async (query, part) => {
      expect((await get(id, `?${query}`)).text).toBe(part)
      const { json, headers } = await get(id, `?${query}`, { accept: 'application/json' })
      const { line, from, to, content, revision } = json as Record<string, number | string>
      expect([content, revision]).toEqual([part, 1])
      expect(text.slice(Number(from), Number(to))).toBe(part)
      expect(text.slice(0, Number(from)).split('\n')).toHaveLength(Number(line))
      expect(headers.get('etag')).toBe('"1-json-part"')
    })

    it('has a tag that is no base to write on', async () => {
      const tag = (await get(id, '?lines=1')).headers.get('etag')
      expect(tag).toBe('"1-part"')
      expect(await program.put(id, tag, '# A\n')).toMatchObject({ status: 412 })
    })

    it('that is not there is told with those that are', async () => {
      const answer = await get(id, '?section=Nowhere')
      expect(answer).toMatchObject({ status: 404, json: { code: 'part-missing' } })
      expect((answer.json as Problem).misfits?.[0]?.found).toEqual([
        { line: 1, excerpt: '# A' },
        { line: 4, excerpt: '## B' },
        { line: 6, excerpt: '### C' },
        { line: 9, excerpt: '## D' },
      ])
      expect(await get(id, '?lines=11')).toMatchObject({ status: 404, json: { code: 'part-missing' } })
    })

    it('that is there twice is told so', async () => {
      const twice = await server.create({ content: '# A\n# A\n' })
      expect(await get(twice.id, '?section=A')).toMatchObject({
        status: 409,
        json: { code: 'part-ambiguous', misfits: [{ found: [{ line: 1 }, { line: 2 }] }] },
      })
    })

    it.each([
      'lines=0',
      'lines=2-x',
      'lines=',
      'section=',
      'lines=1&section=A',
      'line=1',
      'lines=9999999999',
    ])('by %s is refused', async (query) => expect((await get(id, `?${query}`)).status).toBe(400))
  })

  describe('a form', () => {
    let id: string
    beforeAll(async () => {
      id = (await server.create({ title: 'T', content: '# Hi\n\n*there*\n' })).id
    })

    it.each([
      [undefined, 'text/markdown', '"1"'],
      ['*/*', 'text/markdown', '"1"'],
      ['', 'text/markdown', '"1"'],
      ['text/*', 'text/markdown', '"1"'],
      ['text/plain', 'text/plain', '"1"'],
      ['TEXT/HTML', 'text/html', '"1-html1"'],
      ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html', '"1-html1"'],
      ['text/markdown;q=0.5, text/plain', 'text/plain', '"1"'],
      ['text/markdown;q=0, */*;q=0.1', 'text/plain', '"1"'],
      ['application/json', 'application/json', '"1-json"'],
      ['application/*', 'application/json', '"1-json"'],
      ['application/x-yjs-update', 'application/x-yjs-update', '"1-yjs"'],
      ['image/png, text/html;q=0.1', 'text/html', '"1-html1"'],
    ])('for Accept: %s is %s', async (accept, type, tag) => {
      // fetch would add a header of its own.
      const { status, headers } = await raw(server, `/api/v1/documents/${id}/content`, accept)
      expect([status, headers['content-type']?.split(';')[0], headers.etag]).toEqual([200, type, tag])
      expect(headers.vary).toBe('accept')
    })

    it.each(['image/png', 'text/csv, application/xml', 'text/*;q=0', 'nonsense'])(
      'for Accept: %s cannot be had',
      async (accept) =>
        expect(await get(id, '', { accept })).toMatchObject({
          status: 406,
          json: { code: 'not-acceptable' },
        }),
    )

    it('is compared with its own tag alone', async () => {
      const ask = (accept: string, tag: string) => get(id, '', { accept, 'if-none-match': tag })
      expect((await ask('text/html', '"1-html1"')).status).toBe(304)
      expect((await ask('text/html', '"1"')).status).toBe(200)
      expect((await ask('text/markdown', '"1-html1"')).status).toBe(200)
    })

    it('by HEAD has its headers alone', async () => {
      const answer = await get(id, '', { accept: 'text/html' }, 'HEAD')
      expect(answer).toMatchObject({ status: 200, text: '' })
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    })

    it('that is HTML is rendered, and may run nothing', async () => {
      const { text, headers } = await get(id, '', { accept: 'text/html' })
      expect(text).toBe('<h1>Hi</h1>\n<p><em>there</em></p>\n')
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; /)
      const code = await server.create({ kind: 'code', content: '<b>&"' })
      expect((await get(code.id, '', { accept: 'text/html' })).text).toBe(
        '<pre><code>&lt;b&gt;&amp;&quot;</code></pre>\n',
      )
    })

    it('that is an update makes the document as it was', async () => {
      await program.edits(id, [{ append: 'later' }])
      const response = await fetch(`${server.url}/api/v1/documents/${id}/content?at=1`, {
        headers: { accept: 'application/x-yjs-update' },
      })
      const doc = new Y.Doc()
      Y.applyUpdate(doc, new Uint8Array(await response.arrayBuffer()))
      expect(doc.getText('content').toString()).toBe('# Hi\n\n*there*\n')
    })

    it('of a document without text is its update, when that is asked for', async () => {
      const yjs = await server.create({ kind: 'yjs' })
      expect((await get(yjs.id, '', { accept: 'application/x-yjs-update' })).status).toBe(200)
      for (const accept of ['*/*', 'text/plain', 'application/json'])
        expect(await get(yjs.id, '', { accept })).toMatchObject({ json: { code: 'not-a-text-document' } })
    })
  })

  describe('as a file', () => {
    it('is the text, or a page of its own', async () => {
      const { id } = await server.create({ title: 'A <b> & "c"', content: '# Hi\n' })
      const file = (suffix: string, init?: RequestInit) => fetch(`${server.url}/d/${id}.${suffix}`, init)
      const [md, txt, html] = await Promise.all(['md', 'txt', 'html'].map((suffix) => file(suffix)))
      expect(await md?.text()).toBe('# Hi\n')
      expect(md?.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
      expect(txt?.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      const page = (await html?.text()) ?? ''
      expect(page).toContain('<title>A &lt;b&gt; &amp; &quot;c&quot;</title>')
      expect(page).toContain('<h1>Hi</h1>')
      expect(html?.headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      )
      const title = createHash('sha256').update('A <b> & "c"').digest('hex').slice(0, 16)
      const tag = `"1-html1-page-${title}"`
      expect(html?.headers.get('etag')).toBe(tag)
      expect((await file('html', { headers: { 'if-none-match': tag } })).status).toBe(304)
      expect((await file('md', { method: 'HEAD' })).status).toBe(200)
      expect((await file('md', { method: 'POST' })).status).toBe(405)
      await program.edits(id, [{ append: 'more' }])
      expect(await (await file('txt?at=1')).text()).toBe('# Hi\n')
      expect((await file('txt?x=1')).status).toBe(400)
      expect((await fetch(`${server.url}/d/nowhere.md`)).status).toBe(404)
      const text = await server.create({ kind: 'text', content: 'x' })
      expect((await fetch(`${server.url}/d/${text.id}.md`)).status).toBe(406)
      await server.ask('DELETE', `/documents/${id}`)
      expect((await file('md')).status).toBe(410)
    })
  })

  async function appended(id: string, text: string): Promise<Uint8Array> {
    const doc = await program.state(id)
    const before = Y.encodeStateVector(doc)
    doc.getText('content').insert(doc.getText('content').length, text)
    return Y.encodeStateAsUpdate(doc, before)
  }
})

describe('what is rendered', () => {
  let server: Weft
  beforeAll(async () => {
    server = await weft()
  })
  afterAll(() => server.close())
  const html = async (content: string) => {
    const { id } = await server.create({ content })
    return (await server.ask('GET', `/documents/${id}/content`, undefined, { accept: 'text/html' })).text
  }

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt&colon;alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](vbscript:x)',
    '![x](data:image/svg+xml,<svg onload=alert(1)>)',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '```"><script>alert(1)</script>\nx\n```',
    '[x]: javascript:alert(1)\n\n[x]',
    '<javascript:alert(1)>',
    '[a](https://x/"onmouseover="alert(1))',
    '| a |\n|:-:|\n| <b onclick=x> |',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<!--><script>alert(1)</script>-->',
    '<iframe src="//x"></iframe><form action=//x><input></form><base href=//x>',
  ])('of %s runs nothing', async (content) => {
    const rendered = await html(content)
    const tags = rendered.match(/<[^>]*>/g) ?? []
    for (const tag of tags) {
      expect(tag).toMatch(
        /^<\/?(h[1-6]|p|br|hr|blockquote|pre|code|[uo]l|li|em|strong|s|a|img|table|thead|tbody|tr|t[hd])\b/,
      )
      expect(tag).not.toMatch(
        /\son\w+=|(href|src)="(?!https?:|mailto:|data:image\/(png|gif|jpeg|webp)|[/#])/i,
      )
    }
  })

  it('is tables, lists, links and code', async () => {
    expect(await html('| a | b |\n|--:|---|\n| 1 | 2 |\n')).toContain('<th style="text-align:right">a</th>')
    expect(await html('```js\n1 < 2\n```\n')).toContain('<code class="language-js">1 &lt; 2\n</code>')
    expect(await html('3. x\n')).toContain('<ol start="3">')
    expect(await html('see https://example.com ~~no~~')).toBe(
      '<p>see <a href="https://example.com" rel="noopener noreferrer nofollow">https://example.com</a> <s>no</s></p>\n',
    )
    expect(await html('[a](/d/x#b) ![i](/files/1.png "t")')).toBe(
      '<p><a href="/d/x#b" rel="noopener noreferrer nofollow">a</a> <img src="/files/1.png" alt="i" title="t" /></p>\n',
    )
  })

  it.each([
    ['brackets', '['.repeat(50_000)],
    ['emphasis', '*a_'.repeat(30_000)],
    ['quotes', '> '.repeat(2_000)],
    ['lists', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(2 * depth)}- x`).join('\n')],
    ['links', '[a]('.repeat(20_000)],
    ['entities', '&#x'.repeat(50_000)],
    ['backticks', Array.from({ length: 1_000 }, (_, n) => '`'.repeat(n)).join('a')],
  ])('of %s without end is rendered in time, or refused, while others are served', async (_, content) => {
    const { id } = await server.create({ content })
    const slow = server.ask('GET', `/documents/${id}/content`, undefined, { accept: 'text/html' })
    const other = await server.create({ content: 'quick' })
    expect((await server.ask('GET', `/documents/${other.id}/content`)).text).toBe('quick')
    expect((await slow).status).toBeOneOf([200, 422])
  })
})

function raw(server: Weft, path: string, accept: string | undefined) {
  return new Promise<{ status: number; headers: Record<string, string | undefined> }>((resolve, reject) => {
    const headers = accept === undefined ? {} : { accept }
    request(`${server.url}${path}`, { headers }, (response) => {
      response.resume()
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers as Record<string, string | undefined>,
      })
    })
      .on('error', reject)
      .end()
  })
}
