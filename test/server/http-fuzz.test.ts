/** Every route, asked in every way its description allows and in many that it does not. */
import { type Problem, problems } from '@weft/protocol'
import { type Routes, routes } from '@weft/protocol/routes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { random, seeds } from '../support/random.ts'
import { type MadeRequest, type OpenApi, requestMaker, Seen } from '../support/schema-requests.ts'
import { type Weft, weft } from '../support/weft.ts'

// Each seed has its own server: everything that the others made would go into each export.
let server: Weft
beforeEach(async () => {
  // Webhooks find nobody.
  server = await weft({ resolve: () => Promise.reject(new Error('no such host')) })
})
afterEach(() => server.close())

const requestsPerSeed = 500

describe('requests made from the description', () => {
  const statuses = new Set<number>()
  const succeeded = new Set<string>()

  it.each(seeds(11))(
    `${requestsPerSeed} are answered as described, and never by a fault of the server (seed %i)`,
    async (seed) => {
      const dice = random(seed)
      const description = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as OpenApi
      const seen = new Seen()
      const make = requestMaker(description, seen)
      for (let step = 0; step < requestsPerSeed; step++) {
        // What is in the trash answers everything alike.
        if (step % 25 === 0) seen.add('documents', (await server.create({ content: '# Log\n\nfuzz\n' })).id)
        if (step % 100 === 0) seen.add('documents', (await server.create({ kind: 'yjs' })).id)
        const request = make(dice)
        const answer = await send(request)
        statuses.add(answer.status)
        if (answer.status < 300) succeeded.add(request.operation)
        expectDescribed(request, answer)
        if (answer.status < 300) seen.learn(request.path.split('?')[0] ?? '', answer.json)
      }
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    },
  )

  it('reach far enough to meet every kind of answer, and every route when it does its work', () => {
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 204, 400, 404, 409, 410, 415, 422]))
    expect([...succeeded].sort()).toEqual(Object.keys(routes).sort())
  })
})

interface Answer {
  readonly status: number
  readonly type: string | null
  readonly text: string
  readonly json: unknown
}

async function send({ method, path, headers, body }: MadeRequest): Promise<Answer> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    redirect: 'manual',
    headers,
    ...(body === undefined ? {} : { body }),
  })
  const type = response.headers.get('content-type')?.split(';')[0] ?? null
  // A stream goes on for as long as one listens.
  const isStream = type === 'text/event-stream' || type === 'text/x-diff'
  if (isStream) await response.body?.cancel()
  const text = isStream ? '' : await response.text()
  const json = /json$/.test(type ?? '') && text !== '' ? JSON.parse(text) : null
  return { status: response.status, type, text, json }
}

function expectDescribed({ operation, method, path, body }: MadeRequest, answer: Answer): void {
  const { status, type, json } = answer
  const request = `${method} ${path} ${String(body)}`.slice(0, 500)
  expect(status, `${request} ${answer.text}`).toBeLessThan(500)
  expect(answer.text, request).not.toMatch(/\n\s+at |node_modules/)
  if (status >= 400) {
    expect([request, type]).toEqual([request, 'application/problem+json'])
    const problem = json as Problem
    expect([request, problems[problem.code]?.status]).toEqual([request, status])
  }
  const described = Object.entries(routes[operation as keyof Routes].responses).find(
    ([known]) => Number(known) === status,
  )?.[1]
  // A path that became another one, such as an id with a slash in it, is answered by that one.
  if (described === undefined)
    return expect([request, status]).toEqual([request, expect.toBeOneOf([404, 405])])
  const schema = (described as unknown as Described).content?.['application/json']?.schema
  if (status < 300 && type === 'application/json' && schema !== undefined)
    expect(schema.safeParse(json), request).toMatchObject({ success: true })
}

interface Described {
  readonly content?: {
    readonly 'application/json'?: { readonly schema: { safeParse(value: unknown): unknown } }
  }
}
