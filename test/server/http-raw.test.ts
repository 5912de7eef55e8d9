import type { Problem } from '@weft/protocol'
import { apiBase, routes } from '@weft/protocol/routes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RawAnswer, rawHttp } from '../support/raw-http.ts'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

const mebibyte = 1024 * 1024

function head(line: string, ...headers: readonly string[]): string {
  return [`${line} HTTP/1.1`, `Host: localhost:${server.port}`, ...headers, '', ''].join('\r\n')
}

const post = (...headers: readonly string[]) =>
  head('POST /api/v1/documents', 'Content-Type: application/json', ...headers)

function send(...parts: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return rawHttp(server.port, ...parts)
}

function codeOf({ headers, body }: RawAnswer): string {
  expect(headers['content-type']).toBe('application/problem+json')
  return (JSON.parse(body) as Problem).code
}

/** 64 KiB of a chunked body. */
const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')])

describe('a body of 20 MB', () => {
  it('is refused by its announced length, before it is sent', async () => {
    const answer = await send(post(`Content-Length: ${20 * mebibyte}`))
    expect([answer.status, codeOf(answer), answer.headers.connection]).toEqual([413, 'too-large', 'close'])
  })

  it('is refused in chunks once it is past the limit, long before its end', async () => {
    const chunks = Array<Uint8Array>((6 * mebibyte) / 65_536).fill(chunk)
    const answer = await send(post('Transfer-Encoding: chunked'), ...chunks)
    expect([answer.status, codeOf(answer)]).toEqual([413, 'too-large'])
  })

  it('is refused in one piece as well', async () => {
    const answer = await send(post(`Content-Length: ${20 * mebibyte}`), Buffer.alloc(20 * mebibyte, 'x'))
    expect(answer.status).toBe(413)
  })

  it('does not cost its size in memory, however many send it', async () => {
    const before = process.memoryUsage().rss
    const parts = [post('Transfer-Encoding: chunked'), ...Array(96).fill(chunk)]
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(...parts)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(413))
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * mebibyte)
  })
})

interface Taking {
  readonly method: string
  readonly path: string
  readonly request?: {
    readonly query?: object
    readonly params?: object
    readonly headers?: object
    readonly body?: { readonly content: object }
  }
}

describe('whatever takes a body', () => {
  const taking = Object.entries<Taking>(routes).flatMap(([name, { method, path, request }]) =>
    request?.body === undefined ? [] : [{ name, method, path, type: Object.keys(request.body.content)[0] }],
  )

  async function asked({ method, path, type = '' }: (typeof taking)[number], ...headers: readonly string[]) {
    const { id } = await server.create()
    const line = `${method.toUpperCase()} ${apiBase}${path.replace(/\{\w+\}/g, id)}`
    const sent = type === '*/*' ? 'application/octet-stream' : type
    return send(head(line, `Content-Type: ${sent}`, 'If-Match: "0"', ...headers))
  }

  it.each(taking)('does not wait for a terabyte: $name', async (route) => {
    const answer = await asked(route, `Content-Length: ${mebibyte ** 2}`)
    expect([answer.status, codeOf(answer), answer.headers.connection]).toEqual([413, 'too-large', 'close'])
  })

  it.each(taking)('answers when there is none: $name', async (route) => {
    const { status } = await asked(route)
    expect(status).toBeLessThan(500)
  })
})

describe('a length that lies', () => {
  it('shorter than the body takes the rest for another request, which is none', async () => {
    const answer = await send(post('Content-Length: 2'), '{}GARBAGE\r\n\r\n')
    // The garbage may be found out before the document is stored.
    expect([201, 400]).toContain(answer.status)
    expect((await server.ask('GET', '/documents?limit=1')).status).toBe(200)
  })

  it('twice, or beside chunks, is a malformed request', async () => {
    for (const headers of [
      ['Content-Length: 2', 'Content-Length: 3'],
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
      ['Content-Length: -1'],
      ['Content-Length: two'],
    ]) {
      const answer = await send(post(...headers), '{}')
      expect([answer.status, codeOf(answer)]).toEqual([400, 'malformed-request'])
    }
  })

  it('longer than the body holds nothing but its own connection', async () => {
    const stuck = send(post('Content-Length: 100'), '{"title":')
    stuck.catch(() => {})
    expect((await server.ask('GET', '/documents?limit=1')).status).toBe(200)
  })
})

describe('a body in chunks', () => {
  it('without a length is taken like any other', async () => {
    const answer = await send(
      post('Transfer-Encoding: chunked'),
      '9\r\n{"title":\r\n',
      '5\r\n"ab"}\r\n',
      '0\r\n\r\n',
    )
    expect(answer.status).toBe(201)
    expect(answer.body).toContain('"title":"ab"')
  })

  it('that are malformed is a malformed request', async () => {
    const answer = await send(post('Transfer-Encoding: chunked'), 'zz\r\n{}\r\n')
    expect([answer.status, codeOf(answer)]).toEqual([400, 'malformed-request'])
  })

  it('missing altogether is JSON that does not parse', async () => {
    for (const headers of [['Content-Length: 0'], []]) {
      const answer = await send(post(...headers))
      expect([answer.status, codeOf(answer)]).toEqual([400, 'malformed-json'])
    }
  })
})

describe('bytes that are no request', () => {
  it.each([
    ['nonsense', 'HELLO\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00'],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['no host', 'GET /api/v1/documents HTTP/1.1\r\n\r\n'],
    ['a header with a line break in it', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n'],
  ])('get one answer and the end: %s', async (_, bytes) => {
    const answer = await send(bytes)
    expect(answer.status).toBe(400)
  })

  it('get 431 when the headers are larger than 16 KiB', async () => {
    const answer = await send(head('GET /api/v1/documents', `X-Long: ${'x'.repeat(17_000)}`))
    expect([answer.status, codeOf(answer)]).toEqual([431, 'header-too-large'])
  })
})

describe('an address that could be read in two ways', () => {
  it.each([
    '//api/v1/documents',
    '/api//v1/documents',
    '/api/v1/documents/..%2f..%2fetc',
    '/api/v1/documents/%5c',
    '/api/v1/documents/a%2Fb',
    '/api/v1/documents/%2e%2e',
    '/api/v1/../v1/documents',
    '/./api/v1/documents',
    '/assets/..',
    '/assets/../../package.json',
    '/assets/%2e%2e/package.json',
    'http://localhost/api/v1/documents',
  ])('is not-found: %s', async (target) => {
    const answer = await send(head(`GET ${target}`))
    expect([answer.status, codeOf(answer)]).toEqual([404, 'not-found'])
  })

  it.each(['/api/v1\\documents', '*', 'api/v1/documents'])('is a malformed request: %s', async (target) => {
    const answer = await send(head(`GET ${target}`))
    expect([answer.status, codeOf(answer)]).toEqual([400, 'malformed-request'])
  })

  it('by TRACE is not echoed', async () => {
    const answer = await send(head('TRACE /api/v1/documents', 'Cookie: canary'))
    expect(answer.status).toBe(405)
    expect(answer.body).not.toContain('canary')
  })
})

describe('the host a request is for', () => {
  it.each(['localhost:PORT', '127.0.0.1:PORT', '[::1]:PORT', 'LOCALHOST:PORT'])('may be %s', async (host) => {
    expect((await toHost(host)).status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:PORT',
    'localhost',
    'localhost:1',
    'localhost.evil.example:PORT',
    '127.0.0.1.nip.io:PORT',
    '0.0.0.0:PORT',
  ])('must not be %s', async (host) => {
    const answer = await toHost(host)
    expect([answer.status, codeOf(answer)]).toEqual([421, 'wrong-host'])
  })

  it.each([
    'a b',
    'user@localhost:PORT',
    'localhost:PORT/x',
    'localhost:99999',
    "x;script-src 'unsafe-inline'",
    '',
  ])('that is malformed is refused: "%s"', async (host) => {
    const answer = await toHost(host)
    expect([400, 421]).toContain(answer.status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.headers['content-security-policy'] ?? '').not.toContain("script-src 'unsafe")
  })

  it('is nobody’s business for health checks', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect([path, (await toHost('pod-7.internal', path)).status]).toEqual([path, 200])
    }
  })

  function toHost(host: string, path = '/api/v1/documents'): Promise<RawAnswer> {
    const name = host.replace('PORT', String(server.port))
    return send(`GET ${path} HTTP/1.1\r\nHost: ${name}\r\n\r\n`)
  }
})
