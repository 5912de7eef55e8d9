import { contentUpdate } from '@weft/document'
import { StorageFailure } from '@weft/sync'
import { describe, expect, it } from 'vitest'
import { rawSocket } from '../support/raw-socket.ts'
import { type Weft, type WeftOptions, weft } from '../support/weft.ts'

type Probe = () => Promise<void>

function probing(probe: Probe): WeftOptions {
  return { storage: (storage) => ({ ...storage, probe }) }
}

const get = (server: Weft, path: string) => fetch(`${server.url}${path}`)

describe('the process', () => {
  it('is healthy while it answers, whatever its storage does', async () => {
    await using server = await weft(probing(() => Promise.reject(new StorageFailure('x', { full: true }))))
    const response = await get(server, '/healthz')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })
})

describe('readiness', () => {
  it('is a commit that worked', async () => {
    await using server = await weft()
    const response = await get(server, '/readyz')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ready' }])
  })

  it('is missing while the storage fails, with the reason, and comes back by itself', async () => {
    let full = true
    await using server = await weft(
      probing(() => (full ? Promise.reject(new StorageFailure('x', { full })) : Promise.resolve())),
    )
    const response = await get(server, '/readyz')
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toMatchObject({ code: 'storage-unavailable', detail: 'The disk is full.' })
    full = false
    expect((await get(server, '/readyz')).status).toBe(200)
  })

  it('is missing when the storage hangs for a second', async () => {
    await using server = await weft(probing(() => new Promise(() => {})))
    const startedAt = performance.now()
    expect((await get(server, '/readyz')).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  it('costs one commit at a time, however many ask', async () => {
    let probes = 0
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    await using server = await weft(
      probing(() => {
        probes++
        return gate
      }),
    )
    const ask = () => Promise.all(Array.from({ length: 20 }, () => get(server, '/readyz')))
    expect((await ask()).map(({ status }) => status)).toEqual(Array(20).fill(503))
    expect(probes).toBe(1)
    release()
    expect((await ask()).map(({ status }) => status)).toEqual(Array(20).fill(200))
  })
})

describe('a storage that fails', () => {
  it('is told as 503 with the time to come back, by every route that writes', async () => {
    const failing = () =>
      Promise.reject(new StorageFailure('disk I/O error at /secret/path', { full: false }))
    await using server = await weft({
      storage: (storage) => ({
        ...storage,
        documents: {
          ...storage.documents,
          create: failing,
          update: failing,
          trash: failing,
          restore: failing,
        },
      }),
    })
    for (const [method, path, body] of [
      ['POST', '/documents', {}],
      ['PUT', '/documents/mine', {}],
    ] as const) {
      const answer = await server.ask(method, path, body)
      expect(answer).toMatchObject({ status: 503, json: { code: 'storage-unavailable' } })
      expect(answer.headers.get('retry-after')).toBe('5')
      expect(answer.text).not.toContain('secret')
    }
  })

  it('is told to a program that waits for its update, which may come again', async () => {
    let isFull = true
    await using server = await weft({
      storage: (storage) => ({
        ...storage,
        updates: {
          ...storage.updates,
          append: (...entries) =>
            isFull
              ? Promise.reject(new StorageFailure('full', { full: true }))
              : storage.updates.append(...entries),
        },
      }),
    })
    const { id } = await server.create()
    const update = contentUpdate('late')
    const post = () =>
      server.ask('POST', `/documents/${id}/updates`, update, { 'content-type': 'application/octet-stream' })
    expect(await post()).toMatchObject({ status: 503, json: { code: 'storage-unavailable' } })
    isFull = false
    expect(await post()).toMatchObject({ status: 200, json: { revision: 1 } })
    expect((await server.ask('GET', `/documents/${id}/content`)).text).toBe('late')
  })
})

describe('metrics', () => {
  it('count requests by route, never by address', async () => {
    await using server = await weft()
    const { id } = await server.create({ title: 'Very private' })
    await server.ask('GET', `/documents/${id}`)
    await server.ask('GET', '/documents/unknown')
    await get(server, '/d/some-page')
    const response = await get(server, '/metrics')
    const text = await response.text()
    expect(response.headers.get('content-type')).toContain('text/plain')
    expect(text).toMatch(
      /weft_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/documents\/:id",status="200"\} 1/,
    )
    for (const name of [
      'weft_rooms',
      'weft_peers',
      'weft_uncommitted_bytes',
      'weft_connections',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_seconds',
    ]) {
      expect(text).toMatch(new RegExp(`^${name}\\b`, 'm'))
    }
    for (const secret of [id, 'private', 'unknown', 'some-page']) expect(text).not.toContain(secret)
  })
})

describe('the log', () => {
  it('has a line for each request, without what only its sender should know', async () => {
    const canary = 'canary-7f3a9'
    await using server = await weft()
    await server.ask('GET', `/documents?title=${canary}`, undefined, {
      cookie: `weft_guest=${canary}; other=${canary}`,
      authorization: `Bearer ${canary}`,
    })
    await server.ask('PUT', '/me', { name: canary, dye: 1 })
    await server.create({ title: canary, content: canary })
    await server.ask('POST', '/documents', `{"${canary}`)
    await server.ask('POST', '/documents', { [canary]: canary })
    await fetch(`${server.url}/d/x?token=${canary}`)
    const socket = await rawSocket(server.port, `/sync/x?token=${canary}`, { headers: { cookie: canary } })
    socket.destroy()
    const lines = server.logged.map((line) => JSON.parse(line) as Record<string, unknown>)
    const requests = lines.filter(({ msg }) => msg === 'request')
    expect(requests).toHaveLength(6)
    expect(requests[0]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      method: 'GET',
      path: '/api/v1/documents',
      status: 200,
      ms: expect.any(Number),
      actor: 'guest:anonymous',
      msg: 'request',
    })
    expect(server.logged.join('')).not.toContain(canary)
  })
})
