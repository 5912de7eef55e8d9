import { createHash } from 'node:crypto'
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, ProblemError } from '@weft/client'
import type { AttachmentResource, Problem } from '@weft/protocol'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawHttp } from '../support/raw-http.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft({ bounds: { attachmentBytes: 100_000 } })
})
afterAll(() => server.close())

/** The smallest of its kind: one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const html = '<!doctype html><script>alert(1)</script>'

async function attach(
  id: string,
  body: string | Uint8Array,
  name = 'a file',
  type = 'application/octet-stream',
) {
  const answer = await server.ask(
    'POST',
    `/documents/${id}/attachments?name=${encodeURIComponent(name)}`,
    body,
    { 'content-type': type },
  )
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.json as AttachmentResource
}

function get(attachment: AttachmentResource, headers: Record<string, string> = {}, method = 'GET') {
  return fetch(`${server.url}/attachments/${attachment.id}`, { method, headers })
}

describe('a file that is attached', () => {
  it('is described, is read back exactly, and has a link for the text', async () => {
    const { id } = await server.create()
    const answer = await server.ask(
      'POST',
      `/documents/${id}/attachments?name=Gr%C3%BC%C3%9Fe%20%5B1%5D.png`,
      png,
      {
        'content-type': 'text/html',
      },
    )
    const attachment = answer.json as AttachmentResource
    expect(answer.status).toBe(201)
    expect(attachment).toMatchObject({
      document: id,
      name: 'Grüße [1].png',
      type: 'image/png',
      bytes: png.length,
      url: `${server.url}/attachments/${attachment.id}`,
      markdown: `![Grüße \\[1\\].png](/attachments/${attachment.id})`,
    })
    expect(answer.headers.get('location')).toBe(`/api/v1/documents/${id}/attachments/${attachment.id}`)
    for (const url of [attachment.url, `${server.url}${answer.headers.get('location')}`]) {
      const file = await fetch(url)
      expect(file.status).toBe(200)
      expect(file.headers.get('content-type')).toBe('image/png')
      expect(Buffer.from(await file.arrayBuffer())).toEqual(png)
    }
    const { json } = await server.ask('GET', `/documents/${id}/attachments`)
    expect(json).toEqual({ attachments: [attachment] })
  })

  it.each([
    ['a script in a picture', svg, 'x.svg', 'image/svg+xml', 'attachment'],
    [
      'a picture behind a comment',
      `<?xml version="1.0"?><!-- x --> ${svg}`,
      'x.svg',
      'image/svg+xml',
      'attachment',
    ],
    ['a page', html, 'x.html', 'text/plain; charset=utf-8', 'attachment'],
    ['a page that is called a picture', html, 'x.png', 'text/plain; charset=utf-8', 'attachment'],
    [
      'XHTML',
      '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
      'x',
      'text/plain; charset=utf-8',
      'attachment',
    ],
    ['a picture that is called a page', png, 'x.html', 'image/png', 'inline'],
    ['a document to print', '%PDF-1.7\n%âãÏÓ\n', 'x.pdf', 'application/pdf', 'attachment'],
    ['bytes', Uint8Array.of(0, 1, 2, 255), 'x.txt', 'application/octet-stream', 'attachment'],
    ['words', 'Grüße', 'x.txt', 'text/plain; charset=utf-8', 'attachment'],
  ])('runs nothing: %s', async (_, body, name, type, disposition) => {
    const { id } = await server.create()
    const file = await get(await attach(id, body, name, 'text/html'))
    expect(file.headers.get('content-type')).toBe(type)
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    expect(file.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*sandbox$/)
    expect(file.headers.get('content-disposition')).toBe(`${disposition}; filename=${name}`)
    expect(file.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    await file.body?.cancel()
  })

  it('names itself in any script, without a way into another header', async () => {
    const { id } = await server.create()
    const file = await get(await attach(id, 'x', 'naïve "日本" \\ ; filename=evil.exe'.replace('\\', '')))
    expect(file.headers.get('content-disposition')).toMatch(
      /^attachment; filename=".*"; filename\*=UTF-8''na%C3%AFve%20%22%E6%97%A5/i,
    )
    await file.body?.cancel()
  })

  it.each([
    ['bytes=0-3', 206, 'bytes 0-3/10', '0123'],
    ['bytes=7-', 206, 'bytes 7-9/10', '789'],
    ['bytes=-2', 206, 'bytes 8-9/10', '89'],
    ['bytes=5-500', 206, 'bytes 5-9/10', '56789'],
    ['bytes=0-1,4-5', 200, null, '0123456789'],
    ['lines=0-1', 200, null, '0123456789'],
    ['bytes=nonsense', 200, null, '0123456789'],
    ['bytes=10-', 416, 'bytes */10', null],
    ['bytes=99-100', 416, 'bytes */10', null],
  ])('answers Range: %s with %i', async (range, status, contentRange, body) => {
    const { id } = await server.create()
    const file = await get(await attach(id, '0123456789'), { range })
    expect(file.status).toBe(status)
    expect(file.headers.get('content-range')).toBe(contentRange)
    if (body === null) expect(await file.json()).toMatchObject({ code: 'range-not-satisfiable' })
    else expect(await file.text()).toBe(body)
  })

  it('is not sent again to who has it, and by HEAD only its headers are', async () => {
    const { id } = await server.create()
    const attachment = await attach(id, '0123456789')
    const etag = (await get(attachment, {}, 'HEAD')).headers.get('etag') ?? ''
    const again = await get(attachment, { 'if-none-match': `"other", W/${etag}` })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect(again.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    const head = await get(attachment, {}, 'HEAD')
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
    const same = await get(attachment, { range: 'bytes=0-0', 'if-range': etag })
    expect([same.status, await same.text()]).toEqual([206, '0'])
    const other = await get(attachment, { range: 'bytes=0-0', 'if-range': '"other"' })
    expect([other.status, await other.text()]).toEqual([200, '0123456789'])
  })

  it('is gone when it is deleted, and out of reach while its document is in the trash', async () => {
    const { id } = await server.create()
    const [kept, deleted] = [await attach(id, 'kept'), await attach(id, 'deleted')]
    expect((await server.ask('DELETE', `/documents/${id}/attachments/${deleted.id}`)).status).toBe(204)
    expect((await get(deleted)).status).toBe(404)
    expect((await server.ask('DELETE', `/documents/${id}/attachments/${deleted.id}`)).status).toBe(404)
    await server.ask('DELETE', `/documents/${id}`)
    for (const [method, path] of [
      ['GET', `/documents/${id}/attachments`],
      ['POST', `/documents/${id}/attachments`],
      ['DELETE', `/documents/${id}/attachments/${kept.id}`],
    ] as const) {
      const answer = await server.ask(method, path, method === 'POST' ? 'x' : undefined)
      expect(answer).toMatchObject({ status: 410, json: { code: 'document-in-trash' } })
    }
    expect((await get(kept)).status).toBe(410)
    await server.ask('POST', `/documents/${id}/restore`)
    expect(await (await get(kept)).text()).toBe('kept')
  })

  it('leaves the disk when its document is deleted for good, where no other has the same', async () => {
    const folder = await temporaryFolder()
    await using own = await weft({ folder: folder.path })
    const [goes, stays] = [await own.create(), await own.create()]
    for (const content of ['shared', 'its own'])
      await own.ask('POST', `/documents/${goes.id}/attachments`, content)
    await own.ask('POST', `/documents/${stays.id}/attachments`, 'shared')
    await own.ask('DELETE', `/documents/${goes.id}?forever=true`)
    const place = (content: string) => {
      const digest = createHash('sha256').update(content).digest('hex')
      return stat(join(folder.path, 'attachments', digest.slice(0, 2), digest)).catch(() => null)
    }
    await until(async () => (await place('its own')) === null)
    expect(await place('shared')).not.toBeNull()
    await folder[Symbol.asyncDispose]()
  })

  it('is not found under another document', async () => {
    const [mine, other] = [await server.create(), await server.create()]
    const attachment = await attach(mine.id, 'mine')
    for (const method of ['GET', 'DELETE']) {
      const answer = await server.ask(method, `/documents/${other.id}/attachments/${attachment.id}`)
      expect(answer).toMatchObject({ status: 404, json: { code: 'not-found' } })
    }
    expect(await (await get(attachment)).text()).toBe('mine')
  })
})

describe('from JavaScript', () => {
  it('files come and go as bytes', async () => {
    const client = createClient({ baseUrl: server.url })
    const { id } = await client.createDocument({ body: {} })
    const made = await client.addAttachment({
      params: { id },
      query: { name: 'p.png' },
      body: new Uint8Array(png),
    })
    const params = { id, attachment: made.id }
    expect(Buffer.from((await client.getAttachment({ params })).bytes)).toEqual(png)
    expect((await client.listAttachments({ params: { id } })).attachments).toEqual([made])
    await client.deleteAttachment({ params })
    await expect(client.getAttachment({ params })).rejects.toBeInstanceOf(ProblemError)
    const imported = await client.importFile({
      query: { name: 'a.md' },
      body: new Uint8Array(Buffer.from('# A')),
    })
    expect(await client.getImport({ params: { import: imported.id } })).toEqual(imported)
    const [document] = imported.created
    const { bytes } = await client.exportDocument({ params: { id: document?.id ?? '' } })
    expect(Buffer.from(bytes).toString()).toBe('# A')
    expect(
      Buffer.from((await client.exportAll()).bytes)
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')
  })
})

describe('what is not taken', () => {
  it.each(['..%2Fup', 'a/b', 'a\\b', 'two\nlines', ' ', 'x'.repeat(201)])(
    'a name such as %j',
    async (name) => {
      const { id } = await server.create()
      const answer = await server.ask(
        'POST',
        `/documents/${id}/attachments?name=${encodeURIComponent(decodeURIComponent(name))}`,
        'x',
      )
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } })
    },
  )

  it('a form, whose bytes are not the file’s: it says what to send instead', async () => {
    const { id } = await server.create()
    const form = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na\r\n--x--\r\n'
    for (const path of [`/documents/${id}/attachments`, '/import?name=a.md']) {
      const answer = await server.ask('POST', path, form, {
        'content-type': 'multipart/form-data; boundary=x',
      })
      expect(answer).toMatchObject({ status: 415, json: { code: 'unsupported-media-type' } })
      expect((answer.json as Problem).detail).toContain('--data-binary')
    }
    expect((await server.ask('GET', `/documents/${id}/attachments`)).json).toEqual({ attachments: [] })
  })

  it('an empty body, a compressed one, an unknown parameter', async () => {
    const { id } = await server.create()
    const path = `/documents/${id}/attachments`
    expect(await server.ask('POST', path)).toMatchObject({ status: 400 })
    const compressed = await server.ask('POST', path, 'x', { 'content-encoding': 'gzip' })
    expect(compressed).toMatchObject({ status: 415, json: { code: 'unsupported-media-type' } })
    expect(await server.ask('POST', `${path}?nane=x`, 'x')).toMatchObject({ status: 400 })
  })

  it('more than the limit: announced, in chunks, and exactly one byte too many', async () => {
    const { id } = await server.create()
    expect((await attach(id, 'x'.repeat(100_000))).bytes).toBe(100_000)
    const path = `/documents/${id}/attachments`
    const tooLarge = { status: 413, json: { code: 'too-large' } }
    expect(await server.ask('POST', path, 'x'.repeat(100_001))).toMatchObject(tooLarge)
    const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`
    const raw = await rawHttp(
      server.port,
      `POST /api/v1${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 20 }, () => chunk),
      '0\r\n\r\n',
    )
    expect(raw.status).toBe(413)
    expect((await server.ask('GET', path)).json).toMatchObject({ attachments: { length: 1 } })
  })

  it('a body that is cut off: nothing of it is kept', async () => {
    await using folder = await temporaryFolder()
    await using own = await weft({ folder: folder.path })
    const { id } = await own.create()
    const cut = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(new Uint8Array(1_000))
        await until(async () => (await incoming(folder.path)).length > 0)
        controller.error(new Error('cut'))
      },
    })
    const upload = fetch(`${own.url}/api/v1/documents/${id}/attachments`, {
      method: 'POST',
      body: cut,
      duplex: 'half',
    } as RequestInit)
    await expect(upload).rejects.toThrow()
    await until(async () => (await incoming(folder.path)).length === 0)
    expect((await own.ask('GET', `/documents/${id}/attachments`)).json).toEqual({ attachments: [] })
  })
})

describe('the folder of attachments', () => {
  it('holds equal files once, clears away what a crash left, and says when a file was lost', async () => {
    await using folder = await temporaryFolder()
    let document = ''
    {
      await using own = await weft({ folder: folder.path })
      const { id } = await own.create()
      const path = `/documents/${id}/attachments`
      for (const body of ['same', 'same', 'other']) await own.ask('POST', path, body)
      document = id
      expect(await files(folder.path)).toHaveLength(2)
    }
    await writeFile(join(folder.path, 'attachments', 'incoming', 'half'), 'received')
    const storage = await openSqlite({ folder: folder.path, timers: realTimers })
    expect(await incoming(folder.path)).toEqual([])
    await storage.close()
    await using again = await weft({ folder: folder.path })
    const [first = '', second = ''] = await files(folder.path)
    await truncate(first, 1)
    await rm(second)
    const url = `${again.url}/attachments/`
    const { json } = await again.ask('GET', `/documents/${document}/attachments`)
    const { attachments } = json as { attachments: AttachmentResource[] }
    expect(attachments).toHaveLength(3)
    for (const attachment of attachments) {
      const answer = await fetch(`${url}${attachment.id}`)
      expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'attachment-damaged' }])
    }
  })
})

function incoming(folder: string): Promise<string[]> {
  return readdir(join(folder, 'attachments', 'incoming'))
}

async function files(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'attachments'), { recursive: true })
  const paths = names.map((name) => join(folder, 'attachments', name))
  const found = await Promise.all(paths.map(async (path) => ((await stat(path)).isFile() ? [path] : [])))
  return found.flat()
}
