import { Validator } from '@seriousme/openapi-schema-validator'
import { type Problem, problems, type Routes, routes } from '@weft/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { random, seeds } from '../support/random.ts'
import { bodyLike, idLike, queryLike } from '../support/request-fuzz.ts'
import { type Answer, type Weft, weft } from '../support/weft.ts'

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>
}
interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

let server: Weft
let document: OpenApi
beforeAll(async () => {
  server = await weft()
  document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as OpenApi
})
afterAll(() => server.close())

const names = Object.keys(routes) as (keyof Routes)[]

describe('the OpenAPI document', () => {
  it('is valid 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document) as never)
    expect(result).toMatchObject({ valid: true })
    expect(document.openapi).toBe('3.1.0')
    expect(document.servers).toEqual([{ url: '/api/v1' }])
  })

  it.each(names)('describes %s whole', (name) => {
    const route = routes[name]
    const operation = document.paths[route.path]?.[route.method]
    expect(operation?.operationId).toBe(name)
    expect(operation?.summary).toMatch(/^[A-Z].{5,}[^.]$/)
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    const declared = operation?.parameters?.filter((parameter) => parameter.in === 'path') ?? []
    expect(declared.map((parameter) => parameter.name)).toEqual(inPath)
    for (const [status, response] of Object.entries(operation?.responses ?? {})) {
      expect([status, response.description]).toEqual([status, expect.stringMatching(/\w/)])
      if (Number(status) >= 400)
        expect(Object.keys(response.content ?? {})).toEqual(['application/problem+json'])
    }
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining(['400', '403', '421', '500', '503']),
    )
  })

  it('describes nothing else', () => {
    const described = Object.values(document.paths).flatMap((item) => Object.keys(item))
    expect(described).toHaveLength(names.length)
  })
})

describe('random requests', () => {
  const seen = new Set<number>()

  it.each(seeds(6))(
    'are answered as described and never by a fault of the server (seed %i)',
    async (seed) => {
      const dice = random(seed)
      const ids = [(await server.create({ content: 'fuzz' })).id, (await server.create({ kind: 'yjs' })).id]
      for (let step = 0; step < 200; step++) {
        // What is in the trash answers everything alike: take it out now and then.
        if (step % 10 === 0) for (const id of ids) await server.ask('POST', `/documents/${id}/restore`)
        const name = dice.pick(names)
        const route = routes[name]
        const path = route.path.replace('{id}', () => idLike(dice, ids))
        const query = dice.chance(0.3) ? queryLike(dice) : ''
        const { body, headers } = 'request' in route && 'body' in route.request ? bodyLike(dice) : noBody
        // A stream of events would not end.
        const accept = route.path.endsWith('/events') ? { accept: 'application/json' } : {}
        const all = { ...headers, ...accept }
        const answer = await server.ask(route.method.toUpperCase(), `${path}${query}`, body, all)
        seen.add(answer.status)
        expectDescribed(name, answer, `${route.method} ${path}${query}`.slice(0, 300))
      }
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    },
  )

  it('reached far enough to meet every kind of answer', () => {
    expect([...seen]).toEqual(expect.arrayContaining([200, 201, 204, 400, 404, 409, 410, 415, 422]))
  })
})

const noBody = { body: undefined, headers: {} }

function expectDescribed(name: keyof Routes, answer: Answer, request: string): void {
  const { status, headers, json } = answer
  const type = headers.get('content-type')
  expect(status, `${request} ${answer.text}`).toBeLessThan(500)
  if (status >= 400) {
    expect([request, type]).toEqual([request, 'application/problem+json'])
    const problem = json as Problem
    expect([request, problems[problem.code]?.status]).toEqual([request, status])
  }
  const described = Object.entries(routes[name].responses).find(([known]) => Number(known) === status)?.[1]
  // A path that became another one, such as an id with a slash in it, is answered by that one.
  if (described === undefined)
    return expect([request, status]).toEqual([request, expect.toBeOneOf([404, 405])])
  const schema = (described as unknown as Described).content?.['application/json']?.schema
  if (status < 300 && schema !== undefined) {
    expect(schema.safeParse(json), request).toMatchObject({ success: true })
  }
}

interface Described {
  readonly content?: {
    readonly 'application/json'?: { readonly schema: { safeParse(value: unknown): unknown } }
  }
}
