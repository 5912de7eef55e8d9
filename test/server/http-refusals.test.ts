import { type Problem, type ProblemCode, problems } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

/** The problem document, which must be one, with the status of its code. */
function refusal(answer: Answer): Problem {
  const problem = answer.json as Problem
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(problems[problem.code]).toEqual({ status: answer.status, title: problem.title })
  expect(problem).toMatchObject({ status: answer.status, type: `urn:weft:problem:${problem.code}` })
  return problem
}

async function expectRefused(code: ProblemCode, ...request: Parameters<Weft['ask']>): Promise<Problem> {
  const before = await server.ask('GET', '/documents?limit=100')
  const problem = refusal(await server.ask(...request))
  expect(problem.code).toBe(code)
  expect((await server.ask('GET', '/documents?limit=100')).text).toBe(before.text)
  return problem
}

const json = { 'content-type': 'application/json' }

describe('a body that is not what it should be', () => {
  it.each(['', '{', '{"title":}', 'title=x', '[1,', '\u0000', '{"title":"a"} x', "{'title':'a'}"])(
    'JSON that does not parse is malformed-json: %j',
    async (body) => {
      await expectRefused('malformed-json', 'POST', '/documents', body)
    },
  )

  it.each([
    ['null', ''],
    ['[]', ''],
    ['"text"', ''],
    ['7', ''],
    ['{"titel":"x"}', 'titel'],
    ['{"title":"x","id":"mine"}', 'id'],
    ['{"__proto__":{"title":"x"}}', '__proto__'],
    ['{"constructor":1}', 'constructor'],
    ['{"title":7}', 'title'],
    ['{"title":null}', 'title'],
    ['{"title":""}', 'title'],
    ['{"title":"   "}', 'title'],
    ['{"title":"two\\nlines"}', 'title'],
    ['{"title":"nul \\u0000"}', 'title'],
    [`{"title":"${'x'.repeat(300)}"}`, 'title'],
    ['{"kind":"word"}', 'kind'],
    ['{"language":"No Such Thing"}', 'language'],
    [`{"language":"${'x'.repeat(41)}"}`, 'language'],
    ['{"content":["a"]}', 'content'],
    ['{"kind":"yjs","content":"text"}', 'content'],
    [`{"content":"${'x'.repeat(4 * 1024 * 1024 + 1)}"}`, 'content'],
  ])('JSON that does not fit is invalid-request: %.60s', async (body, path) => {
    const problem = await expectRefused('invalid-request', 'POST', '/documents', body)
    expect(problem.errors?.map((error) => error.path)).toContain(path)
  })

  it('names every fault at once', async () => {
    const problem = await expectRefused('invalid-request', 'POST', '/documents', {
      title: 7,
      kind: 'x',
      a: 1,
    })
    expect(problem.errors?.map(({ path }) => path).toSorted()).toEqual(['a', 'kind', 'title'])
  })

  it('a change of nothing is invalid-request', async () => {
    const { id } = await server.create()
    await expectRefused('invalid-request', 'PATCH', `/documents/${id}`, {})
  })

  it.each([
    ['{"content":"half \\ud83d"}'],
    ['{"content":"\\ude00 other half"}'],
    ['{"title":"half \\ud83d"}'],
    ['{"title":"\\ud83d\\ud83d"}'],
  ])('half a character is malformed-text: %s', async (body) => {
    await expectRefused('malformed-text', 'POST', '/documents', body)
  })

  it('bytes that are not UTF-8 are malformed-text', async () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0xbd], [0xe2, 0x82]]) {
      const body = Uint8Array.from([...Buffer.from('{"title":"'), ...bytes, ...Buffer.from('"}')])
      await expectRefused('malformed-text', 'POST', '/documents', body, json)
    }
  })

  it.each([
    ['a\r\nb', 1],
    ['one\ntwo\nthree\r', 3],
    ['\r', 1],
  ])('a carriage return is malformed-line-ends, with its line: %j', async (content, line) => {
    const problem = await expectRefused('malformed-line-ends', 'POST', '/documents', { content })
    expect(problem.detail).toContain(`line ${line}.`)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'application/merge-patch+json',
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'json',
    '',
  ])('JSON under the type "%s" is unsupported-media-type', async (type) => {
    await expectRefused('unsupported-media-type', 'POST', '/documents', '{"title":"x"}', {
      'content-type': type,
    })
  })

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'takes %s',
    async (type) => {
      const answer = await server.ask('POST', '/documents', '{"title":"x"}', { 'content-type': type })
      expect(answer.status).toBe(201)
    },
  )

  it('compressed is unsupported-media-type', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' }
    await expectRefused('unsupported-media-type', 'POST', '/documents', '{}', headers)
  })

  it('an update under another type is unsupported-media-type', async () => {
    const { id } = await server.create()
    for (const type of ['application/json', 'text/plain', 'application/x-yjs']) {
      const headers = { 'content-type': type }
      await expectRefused(
        'unsupported-media-type',
        'POST',
        `/documents/${id}/updates`,
        Uint8Array.of(0, 0),
        headers,
      )
    }
  })

  it('is too-large above 5 MiB of JSON or 16 MiB of an update', async () => {
    const { id } = await server.create()
    const large = new Uint8Array(16 * 1024 * 1024 + 1)
    const problem = await expectRefused(
      'too-large',
      'POST',
      '/documents',
      large.subarray(0, 5 * 1024 * 1024 + 1),
      json,
    )
    expect(problem.detail).toContain('5242880')
    await expectRefused('too-large', 'PATCH', `/documents/${id}`, large, json)
    await expectRefused('too-large', 'PUT', '/me', large, json)
    await expectRefused('too-large', 'POST', `/documents/${id}/updates`, large, {
      'content-type': 'application/octet-stream',
    })
  })

  it('of 4 Mi characters is taken', async () => {
    const { id } = await server.create({ content: 'x'.repeat(4 * 1024 * 1024), kind: 'text' })
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toHaveLength(4 * 1024 * 1024)
  })

  it('nested a million deep is refused like any other', async () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000)
    await expectRefused('invalid-request', 'POST', '/documents', deep)
    await expectRefused('invalid-request', 'POST', '/documents', `{"title":${deep}}`)
  })
})

describe('an address that is not there', () => {
  it.each([
    '/documents/AAAAAAAAAAAAAAAAAAAAAA',
    '/documents/not.an.id',
    `/documents/${'x'.repeat(65)}`,
    '/documents/%F0%9F%8C%8D',
    '/documents/%00',
    '/documents/',
    '/documents/x/y',
    '/document',
    '/',
    '',
    '/documents/x/content/',
  ])('is not-found: %s', async (path) => {
    await expectRefused('not-found', 'GET', path)
  })

  it.each([
    ['GET', '/content'],
    ['GET', '/state'],
    ['DELETE', ''],
    ['POST', '/restore'],
    ['PATCH', ''],
    ['POST', '/updates'],
  ])('is not-found for every route of an unknown or impossible document: %s …%s', async (method, rest) => {
    const body = method === 'PATCH' ? { title: 'x' } : rest === '/updates' ? Uint8Array.of(0, 0) : undefined
    const type = rest === '/updates' ? 'application/octet-stream' : 'application/json'
    for (const id of ['AAAAAAAAAAAAAAAAAAAAAA', 'im.possible']) {
      const headers = body === undefined ? {} : { 'content-type': type }
      await expectRefused('not-found', method, `/documents/${id}${rest}`, body, headers)
    }
  })

  it('is not-found under other versions and names of the API', async () => {
    for (const path of ['/api/v2/documents', '/api/v1', '/api/nothing', '/api/docs/other.js', '/apix.json']) {
      const response = await fetch(`${server.url}${path}`)
      expect([path, response.status]).toEqual([path, 404])
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })
})

describe('a method that an address does not take', () => {
  it.each([
    ['PUT', '/documents', 'POST, GET, HEAD, OPTIONS'],
    ['POST', '/documents/x', 'PUT, GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['POST', '/documents/x/content', 'GET, PUT, PATCH, HEAD, OPTIONS'],
    ['GET', '/documents/x/updates', 'POST, OPTIONS'],
    ['HEAD', '/documents/x/updates', 'POST, OPTIONS'],
    ['DELETE', '/me', 'GET, PUT, HEAD, OPTIONS'],
    ['PURGE', '/me', 'GET, PUT, HEAD, OPTIONS'],
  ])('is method-not-allowed, with what it takes: %s %s', async (method, path, allow) => {
    const answer = await server.ask(method, path)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
    if (method !== 'HEAD') expect(refusal(answer).code).toBe('method-not-allowed')
  })

  it('is answered by OPTIONS without anything else', async () => {
    const answer = await server.ask('OPTIONS', '/documents')
    expect([answer.status, answer.headers.get('allow'), answer.text]).toEqual([
      204,
      'POST, GET, HEAD, OPTIONS',
      '',
    ])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('is refused on pages and on the description too', async () => {
    for (const path of ['/', '/d/x', '/api/docs', '/api/openapi.json', '/healthz']) {
      const response = await fetch(`${server.url}${path}`, { method: 'POST' })
      expect([path, response.status]).toEqual([path, 405])
    }
  })
})

describe('a parameter', () => {
  it.each([
    ['/documents?limit=0', 'limit'],
    ['/documents?limit=101', 'limit'],
    ['/documents?limit=1.5', 'limit'],
    ['/documents?limit=many', 'limit'],
    ['/documents?limit=1&limit=2', 'limit'],
    ['/documents?trashed=yes', 'trashed'],
    [`/documents?title=${'x'.repeat(201)}`, 'title'],
    [`/documents?cursor=${'x'.repeat(2_001)}`, 'cursor'],
    ['/documents?limits=5', 'limits'],
    ['/documents?__proto__=5', '__proto__'],
    ['/me?verbose=1', 'verbose'],
    ['/documents/x?at=3', 'at'],
  ])('that is wrong or unknown is invalid-request: %.60s', async (path, name) => {
    const problem = await expectRefused('invalid-request', 'GET', path)
    expect(problem.errors?.map((error) => error.path)).toContain(name)
  })
})

describe('trouble inside', () => {
  it('is internal-error and nothing more, also in the answer to a HEAD', async () => {
    await using broken = await weft({
      storage: (storage) => ({
        ...storage,
        documents: {
          ...storage.documents,
          get: () => Promise.reject(new Error('secret: /etc/passwd')),
        },
      }),
    })
    const answer = await broken.ask('GET', '/documents/x')
    expect(refusal(answer).code).toBe('internal-error')
    expect(answer.text).not.toContain('secret')
    expect((await broken.ask('HEAD', '/documents/x')).status).toBe(500)
    expect(broken.logged.some((line) => line.includes('secret: /etc/passwd'))).toBe(true)
  })
})
