import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawHttp } from '../support/raw-http.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { type Weft, weft } from '../support/weft.ts'

const page = '<!doctype html><title>Weft</title>'
const script = `console.log("${'x'.repeat(500)}")`

let folder: TemporaryFolder
let server: Weft
beforeAll(async () => {
  folder = await temporaryFolder()
  const dist = join(folder.path, 'dist')
  await mkdir(join(dist, 'assets'), { recursive: true })
  await writeFile(join(folder.path, 'outside.txt'), 'secret')
  for (const [name, text] of [
    ['index.html', page],
    ['favicon.svg', '<svg/>'],
    ['.inputs', 'fingerprint'],
    ['assets/app-B4d_c-1x.js', script],
    ['assets/style-1a2b3c4d.css', 'a{}'],
    ['assets/font-1a2b3c4d.woff2', 'font'],
  ] as const) {
    await writeFile(join(dist, name), text)
  }
  await writeFile(join(dist, 'assets/app-B4d_c-1x.js.br'), brotliCompressSync(script))
  await writeFile(join(dist, 'assets/app-B4d_c-1x.js.gz'), gzipSync(script))
  await writeFile(join(dist, 'index.html.gz'), gzipSync(page))
  server = await weft({ webFolder: dist })
})
afterAll(async () => {
  await server.close()
  await folder[Symbol.asyncDispose]()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

describe('the page', () => {
  it.each([
    '/',
    '/d/AAAAAAAAAAAAAAAAAAAAAA',
    '/d/AAAA-some-slug',
    '/d/x/history',
    '/trash',
    '/new',
    '/s/token',
    '/anything',
  ])('is the same at %s, and asked for each time', async (path) => {
    const response = await get(path)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(page)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const again = await get(path, { 'if-none-match': response.headers.get('etag') ?? '' })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('has another tag in another form', async () => {
    const plain = await get('/', { 'accept-encoding': 'identity' })
    const compressed = await get('/', { 'accept-encoding': 'gzip' })
    expect(compressed.headers.get('content-encoding')).toBe('gzip')
    expect(compressed.headers.get('etag')).not.toBe(plain.headers.get('etag'))
  })
})

describe('a file of the build', () => {
  it('with a hash in its name is kept for ever', async () => {
    const response = await get('/assets/app-B4d_c-1x.js', { 'accept-encoding': 'identity' })
    expect(await response.text()).toBe(script)
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/)
  })

  it.each([
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', null],
    ['deflate, zstd', null],
    ['identity', null],
  ])('comes to a browser that takes %s as %s', async (accepted, encoding) => {
    const response = await get('/assets/app-B4d_c-1x.js', { 'accept-encoding': accepted })
    expect(response.headers.get('content-encoding')).toBe(encoding)
    expect(response.headers.get('vary')).toContain('accept-encoding')
    expect(await response.text()).toBe(script)
  })

  it.each([
    ['/assets/style-1a2b3c4d.css', 'text/css'],
    ['/assets/font-1a2b3c4d.woff2', 'font/woff2'],
    ['/favicon.svg', 'image/svg+xml'],
  ])('%s is of type %s', async (path, type) => {
    const response = await get(path)
    expect(response.headers.get('content-type')).toContain(type)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    '/assets/gone-12345678.js',
    '/nothing.txt',
    '/d/x.exe',
    '/.inputs',
    '/assets',
    '/assets/app-B4d_c-1x.js.br',
    '/index.html/x.js',
    '/..%2foutside.txt',
  ])('that is none is a 404, or a page: %s', async (path) => {
    const response = await get(path)
    if (path === '/assets') return expect(await response.text()).toBe(page)
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })

  it('outside of its folder is out of reach', async () => {
    for (const path of [
      '/../outside.txt',
      '/assets/../../outside.txt',
      '/%2e%2e/outside.txt',
      '/assets//../outside.txt',
    ]) {
      const answer = await rawHttp(
        server.port,
        `GET ${path} HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`,
      )
      expect([path, answer.status]).toEqual([path, 404])
      expect(answer.body).not.toContain('secret')
    }
  })
})

describe('a web app that is not built', () => {
  it('is said in plain words, while the API works', async () => {
    await using own = await weft()
    const response = await fetch(own.url)
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('npm start')
    expect((await own.ask('GET', '/documents')).status).toBe(200)
  })

  it('is there as soon as it is built', async () => {
    await using own = await temporaryFolder()
    const dist = join(own.path, 'dist')
    await using late = await weft({ webFolder: dist })
    expect((await fetch(late.url)).status).toBe(503)
    await mkdir(dist)
    await writeFile(join(dist, 'index.html'), page)
    expect((await fetch(late.url)).status).toBe(200)
    await rm(dist, { recursive: true })
  })
})
