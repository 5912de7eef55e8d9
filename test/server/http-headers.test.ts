import { routes } from '@weft/protocol/routes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Weft, weft } from '../support/weft.ts'

let server: Weft
beforeAll(async () => {
  server = await weft()
})
afterAll(() => server.close())

const addresses = [
  ...Object.values(routes).map(({ method, path }) => [
    method.toUpperCase(),
    `/api/v1${path.replace('{id}', 'x')}`,
  ]),
  ...[
    '/',
    '/d/x',
    '/assets/x.js',
    '/api',
    '/api/openapi.json',
    '/api/docs',
    '/api/docs/swagger-ui-bundle.js',
  ].map((path) => ['GET', path]),
  ...['/healthz', '/readyz', '/metrics', '/api/nothing', '/..%2f'].map((path) => ['GET', path]),
  ['OPTIONS', '/api/v1/documents'],
  ['PURGE', '/'],
] as [string, string][]

describe('every answer', () => {
  it.each(addresses)('keeps browsers from doing more than asked: %s %s', async (method, path) => {
    const { headers } = await fetch(`${server.url}${path}`, { method, redirect: 'manual' })
    const policy = new Map(
      (headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
        const [name = '', ...sources] = rule.split(' ')
        return [name, sources.join(' ')]
      }),
    )
    expect(policy.get('default-src')).toBe("'self'")
    expect(policy.get('script-src')).toBe("'self'")
    expect(policy.get('object-src')).toBe("'none'")
    expect(policy.get('base-uri')).toBe("'none'")
    expect(policy.get('frame-ancestors')).toBe("'none'")
    expect(policy.get('form-action')).toBe("'self'")
    expect(policy.get('img-src')).toBe("'self' data: blob:")
    expect(policy.get('connect-src')).toBe(
      `'self' ws://127.0.0.1:${server.port} wss://127.0.0.1:${server.port}`,
    )
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('server')).toBeNull()
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('answers of the API', () => {
  it('are kept by no cache unless they have a revision', async () => {
    const { id } = await server.create({ content: 'x' })
    for (const path of ['/documents', `/documents/${id}`, '/me', '/documents/missing']) {
      expect([path, (await server.ask('GET', path)).headers.get('cache-control')]).toEqual([path, 'no-store'])
    }
  })
})

describe('the reference page', () => {
  it('is where /api leads, and needs nothing from elsewhere', async () => {
    const start = await fetch(`${server.url}/api`, { redirect: 'manual' })
    expect([start.status, start.headers.get('location')]).toEqual([302, '/api/docs'])
    const html = await (await fetch(`${server.url}/api/docs`)).text()
    const addressed = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '')
    expect(addressed.length).toBeGreaterThanOrEqual(4)
    for (const address of addressed) {
      expect(address).toMatch(/^\/api\/docs\//)
      expect([address, (await fetch(`${server.url}${address}`)).status]).toEqual([address, 200])
    }
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=| style=/)
    const script = await (await fetch(`${server.url}/api/docs/start.js`)).text()
    expect(script).not.toMatch(/https?:/)
  })
})
