import { Validator } from '@seriousme/openapi-schema-validator'
import { type Routes, routes } from '@weft/protocol/routes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenApi } from '../support/schema-requests.ts'
import { type Weft, weft } from '../support/weft.ts'

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
