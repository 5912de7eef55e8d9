import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { parseDocumentId } from '@weft/protocol'
import { anonymous } from '@weft/server/access'
import { exportArchive } from '@weft/server/export/export-archive'
import { fileNameFor, uniqueNames } from '@weft/server/export/file-names'
import { openMemory } from '@weft/server/storage/memory'
import type { Storage } from '@weft/server/storage/storage'
import { DocumentDamaged, StorageFailure } from '@weft/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contentsOf, exported } from '../support/exports.ts'
import { until } from '../support/until.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

describe('a document as a file', () => {
  it.each([
    [{ title: 'Notes', content: '# N\n' }, '', 'Notes.md', 'text/markdown; charset=utf-8', '# N\n'],
    [{ title: 'Notes', content: '# N\n' }, '?format=txt', 'Notes.txt', 'text/plain; charset=utf-8', '# N\n'],
    [{ title: 'Notes.md', content: 'x' }, '?format=md', 'Notes.md', 'text/markdown; charset=utf-8', 'x'],
    [{ title: 'a/b: c?', content: 'x', kind: 'text' }, '', 'a-b- c-.txt', 'text/plain; charset=utf-8', 'x'],
    [
      { title: 'main', content: 'x', kind: 'code', language: 'rust' },
      '',
      'main.rs',
      'text/plain; charset=utf-8',
      'x',
    ],
  ])('%j%s is called %s', async (draft, query, name, type, text) => {
    const { id } = await server.create(draft)
    const answer = await server.ask('GET', `/documents/${id}/export${query}`)
    expect(answer).toMatchObject({ status: 200, text })
    expect(answer.headers.get('content-disposition')).toBe(
      /^[\w.]+$/.test(name) ? `attachment; filename=${name}` : `attachment; filename="${name}"`,
    )
    expect(answer.headers.get('content-type')).toBe(type)
  })

  it('has a name in any script', async () => {
    const { id } = await server.create({ title: 'Grüße 🌍', content: 'x' })
    const answer = await server.ask('GET', `/documents/${id}/export`)
    expect(answer.headers.get('content-disposition')).toContain(
      `filename*=UTF-8''${encodeURIComponent('Grüße 🌍.md')}`,
    )
  })

  it('is JSON with all that it is, or its state for Yjs', async () => {
    const document = await server.create({ title: 'Both', content: 'text' })
    const json = await server.ask('GET', `/documents/${document.id}/export?format=json`)
    expect(json.json).toEqual({ ...document, content: 'text' })
    const state = await fetch(`${server.url}/api/v1/documents/${document.id}/state`)
    const yjs = await fetch(`${server.url}/api/v1/documents/${document.id}/export?format=yjs`)
    expect(yjs.headers.get('content-disposition')).toBe('attachment; filename=Both.yjs')
    expect(await yjs.bytes()).toEqual(await state.bytes())
  })

  it('is a page that runs nothing and leads back to this server', async () => {
    const content =
      '# Top\n\n![p](/attachments/x) <script>alert(1)</script> src="/text" [d](/d/y) [o](https://o.example/)\n'
    const { id } = await server.create({ title: 'Page <1>', content })
    const answer = await server.ask('GET', `/documents/${id}/export?format=html`)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="Page -1-.html"')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.text).toContain('<title>Page &lt;1&gt;</title>')
    expect(answer.text).toContain(`<img src="${server.url}/attachments/x"`)
    expect(answer.text).toContain(`href="${server.url}/d/y"`)
    expect(answer.text).toContain('href="https://o.example/"')
    expect(answer.text).toMatch(/src=(?:"|&quot;)\/text/)
    expect(answer.text).not.toContain('<script')
    const code = await server.create({ content: 'a < b', kind: 'code', language: 'c' })
    const shown = await server.ask('GET', `/documents/${code.id}/export?format=html`)
    expect(shown.text).toContain('<pre><code>a &lt; b</code></pre>')
  })

  it('that has no text is a state alone', async () => {
    const { id } = await server.create({ kind: 'yjs', title: 'Shapes' })
    expect((await server.ask('GET', `/documents/${id}/export`)).headers.get('content-disposition')).toContain(
      'Shapes.yjs',
    )
    for (const format of ['md', 'txt', 'html', 'json']) {
      const answer = await server.ask('GET', `/documents/${id}/export?format=${format}`)
      expect(answer).toMatchObject({ status: 409, json: { code: 'not-a-text-document' } })
    }
    expect(await server.ask('GET', `/documents/${id}/export?format=exe`)).toMatchObject({ status: 400 })
  })
})

describe('names of files', () => {
  it.each([
    ['CON', 'CON_.md'],
    ['con.fig', 'con_.fig.md'],
    ['Thumbs.db', 'Thumbs_.db.md'],
    ['..', '_.md'],
    ['.hidden', '_hidden.md'],
    ['a.', 'a.md'],
    ['', 'Untitled.md'],
    ['\u202egpj.exe', '-gpj.exe.md'],
    ['a\tb', 'a-b.md'],
  ])('%j is %s', (title, name) => {
    expect(fileNameFor(title, '.md')).toBe(name)
  })

  it('fit a file system, and are each given once', () => {
    const name = uniqueNames(['Taken.md'])
    expect(['taken.md', 'A.md', 'a.md', 'a.MD', 'a (2).md', '.md'].map(name)).toEqual([
      'taken (2).md',
      'A.md',
      'a (2).md',
      'a (3).MD',
      'a (2) (2).md',
      '.md',
    ])
    expect(Buffer.byteLength(fileNameFor('👩‍👩‍👧‍👦'.repeat(50), '.md'))).toBeLessThan(230)
    expect(fileNameFor('👩‍👩‍👧‍👦'.repeat(50), '.md')).not.toContain('\ufffd')
  })
})

describe('an export that does not go well', () => {
  it('names documents that are damaged, and has all others', async () => {
    let damaged = ''
    const storage = (real: Storage): Storage => ({
      ...real,
      updates: {
        ...real.updates,
        read: async (id, after) => {
          if (id === damaged) throw new DocumentDamaged('torn')
          return real.updates.read(id, after)
        },
      },
    })
    await using own = await weft({ storage })
    await own.create({ title: 'whole', content: 'x' })
    damaged = (await own.create({ title: 'torn', content: 'x' })).id
    const files = await contentsOf(await exported(own))
    expect([...files.keys()]).toEqual(['whole.md', 'manifest.json', 'MISSING.txt'])
    expect(files.get('MISSING.txt')).toContain(`torn (${damaged})`)
    expect(JSON.parse(files.get('manifest.json') ?? '')).toMatchObject({
      documents: { length: 1 },
      missing: [{ id: damaged, title: 'torn' }],
    })
  })

  it('breaks off visibly when the storage fails in the middle', async () => {
    let reads = 0
    const storage = (real: Storage): Storage => ({
      ...real,
      updates: {
        ...real.updates,
        read: async (id, after) => {
          if (++reads > 30) throw new StorageFailure('gone', { full: false })
          return real.updates.read(id, after)
        },
      },
    })
    await using own = await weft({ storage })
    for (let n = 0; n < 60; n++) await own.create({ content: `${n}\n`.repeat(50) })
    const answer = await fetch(`${own.url}/api/v1/export`)
    expect(answer.status).toBe(200)
    await expect(answer.bytes()).rejects.toThrow()
    await until(() => own.logged.some((line) => line.includes('an export broke off')))
    expect((await fetch(`${own.url}/healthz`)).status).toBe(200)
  })

  it('stops its work when nobody reads on, and makes room for the next', async () => {
    let opened = 0
    const storage = (real: Storage): Storage => ({
      ...real,
      attachments: {
        ...real.attachments,
        open: (record) => {
          opened++
          return real.attachments.open(record)
        },
      },
    })
    await using own = await weft({ storage })
    const { id } = await own.create({ title: 'full', content: 'x' })
    const file = randomBytes(1_000_000)
    for (let n = 0; n < 60; n++) await own.ask('POST', `/documents/${id}/attachments?name=${n}.bin`, file)
    const readers = []
    for (let n = 0; n < 2; n++) {
      const abort = new AbortController()
      readers.push({ abort, answer: await fetch(`${own.url}/api/v1/export`, { signal: abort.signal }) })
    }
    const third = await own.ask('GET', '/export')
    expect(third).toMatchObject({ status: 429, json: { code: 'too-many-requests' } })
    expect(third.headers.get('retry-after')).toBe('30')
    // Nobody reads: what is made is bounded by what fits on the way.
    const soFar = await settled(() => opened)
    expect(soFar).toBeLessThan(90)
    for (const { abort } of readers) abort.abort()
    await until(async () => (await own.ask('HEAD', '/export')).status === 200)
    const whole = await until(async () => {
      const answer = await fetch(`${own.url}/api/v1/export`)
      if (answer.status === 200) return buffer(answer.body as never)
      await answer.body?.cancel()
      return null
    })
    expect((await contentsOf(whole)).size).toBe(62)
    expect(opened).toBeLessThan(soFar + 60 + 10)
    expect(own.logged.some((line) => line.includes('an export broke off'))).toBe(false)
  })
})

it('an archive that nobody reads on breaks off, and gives its place back', async () => {
  const timers = new VirtualTimers()
  const storage = openMemory()
  const id = parseDocumentId('full')
  if (id === null) throw new RangeError('no id')
  const by = { createdBy: anonymous.id, createdAt: 1 }
  const standing = { title: 'full', kind: 'markdown', language: null, lineage: 'l', first: null } as const
  await storage.documents.create({ id, ...standing, ...by })
  const file = await storage.attachments.receive(Readable.from([randomBytes(1_000_000)]), 1_000_000)
  await storage.attachments.add({ id: 'a', document: id, name: 'a', type: 'a/b', ...by }, file)
  const access = { roleOf: () => 'editor' as const, mayOrganise: () => true }
  const ends: string[] = []
  const deps = { storage, updates: storage.updates, access, timers }
  const [left, read] = await Promise.all(
    ['left', 'read'].map((name) => exportArchive(anonymous, deps, () => ends.push(name))),
  )
  const reader = left?.getReader()
  expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
  expect((await buffer(read as never)).length).toBeGreaterThan(1_000_000)
  await until(() => ends.length === 1)
  expect(ends).toEqual(['read'])
  timers.advance(119_000)
  timers.advance(121_000)
  await until(() => ends.length === 2)
  reader?.releaseLock()
  await expect(buffer(left as never)).rejects.toMatchObject({ name: 'ReaderStalled' })
  await storage.close()
})

/** The value when it has stopped growing. */
async function settled(value: () => number): Promise<number> {
  let last = -1
  let same = 0
  await until(() => {
    const now = value()
    same = now === last ? same + 1 : 0
    last = now
    return same > 60
  })
  return last
}
