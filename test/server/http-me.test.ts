import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Weft, weft } from '../support/weft.ts'

let server: Weft
let origin: string
beforeAll(async () => {
  server = await weft()
  origin = server.url
})
afterAll(() => server.close())

const cookieOf = ({ headers }: Answer) => (headers.getSetCookie()[0] ?? '').split(';', 1)[0] ?? ''

describe('who you are', () => {
  it('is a new guest without a name at the first question, and the same one after', async () => {
    const first = await server.ask('GET', '/me')
    expect(first.json).toEqual({
      id: expect.stringMatching(/^guest:[\w-]{22}$/),
      kind: 'guest',
      name: null,
      dye: null,
    })
    const again = await server.ask('GET', '/me', undefined, { cookie: cookieOf(first) })
    expect(again.json).toEqual(first.json)
    expect(again.headers.getSetCookie()).toEqual([])
  })

  it('is remembered with name and colour, under the same id', async () => {
    const first = await server.ask('GET', '/me')
    const named = await server.ask(
      'PUT',
      '/me',
      { name: ' Zoë 👩‍💻 ', dye: 11 },
      { cookie: cookieOf(first), origin },
    )
    expect(named).toMatchObject({
      status: 200,
      json: { ...(first.json as object), name: 'Zoë 👩‍💻', dye: 11 },
    })
    const later = await server.ask('GET', '/me', undefined, { cookie: cookieOf(named) })
    expect(later.json).toEqual(named.json)
  })

  it('is somebody new when a cookie comes to change things without an origin', async () => {
    const first = await server.ask('GET', '/me')
    const named = await server.ask('PUT', '/me', { name: 'Other', dye: 1 }, { cookie: cookieOf(first) })
    expect(named.status).toBe(200)
    expect((named.json as { id: string }).id).not.toBe((first.json as { id: string }).id)
  })

  it('is not changed by what other requests bring', async () => {
    for (const cookie of ['weft_guest=forged', 'weft_guest=', `weft_guest=${'x'.repeat(4000)}`]) {
      const { json } = await server.ask('GET', '/me', undefined, { cookie })
      expect(json).toMatchObject({ name: null })
    }
  })

  it.each([
    [{ name: '', dye: 1 }, 'name'],
    [{ name: '   ', dye: 1 }, 'name'],
    [{ name: 'x'.repeat(61), dye: 1 }, 'name'],
    [{ name: 'two\nlines', dye: 1 }, 'name'],
    [{ name: 'turned \u202e round', dye: 1 }, 'name'],
    [{ name: 'a' }, 'dye'],
    [{ name: 'a', dye: 0 }, 'dye'],
    [{ name: 'a', dye: 12 }, 'dye'],
    [{ name: 'a', dye: 1.5 }, 'dye'],
    [{ name: 'a', dye: '1' }, 'dye'],
    [{ name: 'a', dye: 1, id: 'guest:x' }, 'id'],
  ])('takes no %j', async (body, path) => {
    const answer = await server.ask('PUT', '/me', body)
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } })
    expect((answer.json as { errors: { path: string }[] }).errors.map((error) => error.path)).toContain(path)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  it('is written down as the author of what one makes', async () => {
    const first = await server.ask('GET', '/me')
    const { id } = first.json as { id: string }
    const made = await server.ask('POST', '/documents', {}, { cookie: cookieOf(first), origin })
    const document = await server.storage.documents.get((made.json as { id: never }).id)
    expect(document?.createdBy).toBe(id)
    const byProgram = await server.create()
    expect((await server.storage.documents.get(byProgram.id as never))?.createdBy).toBe('guest:anonymous')
  })
})

describe('a foreign origin', () => {
  it('is refused for every method, before anything happens', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      for (const foreign of ['https://evil.example', 'null', 'http://localhost:1']) {
        const answer = await server.ask(method, '/documents', undefined, { origin: foreign })
        expect([method, foreign, answer.status]).toEqual([method, foreign, 403])
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
        if (method !== 'HEAD') expect(answer.json).toMatchObject({ code: 'foreign-origin' })
      }
    }
  })

  it('is told what its operator can set', async () => {
    const answer = await server.ask('GET', '/documents', undefined, { origin: 'https://evil.example' })
    expect(answer.json).toMatchObject({ detail: expect.stringContaining('WEFT_ORIGINS') })
  })
})

describe('behind a proxy', () => {
  it('cookies are for TLS and links go to where people are', async () => {
    await using proxied = await weft({ origins: ['https://weft.example'] })
    const me = await proxied.ask('GET', '/me')
    expect(me.headers.getSetCookie()[0]).toContain('; Secure')
    const made = await proxied.ask('POST', '/documents', {}, { origin: 'https://weft.example' })
    expect(made.json).toMatchObject({ url: expect.stringMatching(/^https:\/\/weft\.example\/d\/[\w-]{22}$/) })
  })
})
