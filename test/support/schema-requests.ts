/**
 * Requests made from the server's own OpenAPI description: most are as it says, some are wrong in one place, some are
 * rubbish. What answers name (ids, cursors) is asked for again, so that requests reach what is there.
 */
import type { Random } from './random.ts'
import { rubbish, strings, updateLike } from './request-fuzz.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly example?: unknown
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: Schema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> }
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>
}

export interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

export interface MadeRequest {
  readonly operation: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

/** What was seen in answers, by the resource that gave it: `documents` → their ids. */
export class Seen {
  readonly #values = new Map<string, string[]>()

  add(resource: string, value: string): void {
    const values = this.#values.get(resource) ?? []
    this.#values.set(resource, values)
    if (!values.includes(value)) values.push(value)
    // The newest are the likeliest to be there still.
    if (values.length > 12) values.splice(2, 1)
  }

  /** Everything in `answer` that may be asked for again. */
  learn(path: string, answer: unknown): void {
    const [, webhook] = /^\/webhooks\/([^/]+)\/(?:deliveries|ping)/.exec(path) ?? []
    const resource = webhook === undefined ? resourceOf(path) : 'deliveries'
    const rest: unknown[] = [answer]
    while (rest.length > 0) {
      const next = rest.pop()
      if (typeof next !== 'object' || next === null) continue
      if ('filesTotal' in next && 'id' in next) this.add('imports', String(next.id))
      // Found under its own document alone.
      if ('document' in next && 'id' in next && 'markdown' in next)
        this.add('attachments', `${String(next.document)}/${String(next.id)}`)
      for (const [key, value] of Object.entries(next)) {
        if (key === 'id' && typeof value === 'string')
          this.add(resource, webhook === undefined ? value : `${webhook}/deliveries/${value}`)
        else if ((key === 'next' || key === 'after') && typeof value === 'string') this.add('cursors', value)
        else if (typeof value === 'object') rest.push(value)
      }
    }
  }

  pick(dice: Random, resource: string): string | null {
    const values = this.#values.get(resource) ?? []
    return values.length === 0 ? null : dice.pick(values)
  }
}

/** The last fixed word of a path: what the id behind it, or the answer to it, is of. */
function resourceOf(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && !word.startsWith('{'))
  return words.find((word) => word !== 'documents') ?? 'documents'
}

interface Making {
  readonly schemas: Readonly<Record<string, Schema>>
  readonly seen: Seen
  /** How likely it is that what may be left out is there: what is there may be wrong. */
  readonly more: number
}

export function requestMaker(description: OpenApi, seen: Seen): (dice: Random) => MadeRequest {
  const all = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )
  // It starts a thread each time.
  const quick = all.filter(({ operation }) => operation.operationId !== 'exportAll')
  const schemas = description.components?.schemas ?? {}

  return (dice) => {
    const making = { schemas, seen, more: dice.pick([0.1, 0.5]) }
    const { path, method, operation } = dice.pick(dice.chance(0.9) ? quick : all)
    const query: string[] = []
    const headers: Record<string, string> = {}
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in === 'path' || (parameter.required !== true && !dice.chance(making.more))) continue
      const value = parameterLike(dice, parameter.name, parameter.schema ?? {}, making)
      if (parameter.in === 'query') query.push(`${parameter.name}=${encodeURIComponent(value)}`)
      // What is no header would not leave this process.
      else if (/^[\x20-\x7e]*$/.test(value)) headers[parameter.name] = value
    }
    if (dice.chance(0.03)) query.push(`unknown=${dice.below(9)}`)
    const { body, type } = bodyFor(dice, operation, making)
    if (type !== null) headers['content-type'] = type
    if (dice.chance(0.1)) headers.accept = dice.pick(accepts)
    return {
      operation: operation.operationId ?? '',
      method: method.toUpperCase(),
      path: `${filled(dice, path, seen, method === 'put' ? 0.5 : 0.9)}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      headers,
      body,
    }
  }
}

const accepts = ['text/html', 'text/x-diff', 'application/json', 'image/png', '*/*', 'text/*;q=0.1', ',,;q=']

/** `likely`: how likely it is that something is asked for that is there. */
function filled(dice: Random, path: string, seen: Seen, likely: number): string {
  const pair = path.includes('{attachment}') && dice.chance(0.8) ? seen.pick(dice, 'attachments') : null
  if (pair !== null) {
    const [document = '', attachment = ''] = pair.split('/')
    return path.replace('{id}', document).replace('{attachment}', attachment)
  }
  // Found only under its own webhook.
  const delivery = path.includes('{delivery}') && dice.chance(0.9) ? seen.pick(dice, 'deliveries') : null
  if (delivery !== null) return path.replace('{id}/deliveries/{delivery}', delivery)
  const words = path.split('/')
  return words
    .map((word, index) => {
      if (!word.startsWith('{')) return word
      const known = seen.pick(dice, words[index - 1] ?? '')
      if (known !== null && dice.chance(likely)) return encodeURIComponent(known)
      return encodeURIComponent(
        dice.pick([`new-${dice.below(1e9)}`, 'x'.repeat(65), 'a b', 'ünï', '0', '\u0000']),
      )
    })
    .join('/')
}

function parameterLike(dice: Random, name: string, schema: Schema, making: Making): string {
  // A long poll would take as long as it was asked to.
  if (name === 'wait') return dice.pick(['0', '-1', 'x', ''])
  if (/^if-/i.test(name)) return dice.pick(['"1"', '"2"', 'W/"1"', '*', '"999999"', '1', '"x"', ''])
  if (/key/i.test(name)) return dice.pick(['key-1', 'key-2', `key-${dice.below(1e6)}`, '', 'x'.repeat(300)])
  if (name === 'cursor' || name === 'after') return making.seen.pick(dice, 'cursors') ?? String(dice.below(5))
  const made = valueLike(dice, schema, making, 0)
  return (typeof made === 'string' ? made : (JSON.stringify(made) ?? '')).toWellFormed().slice(0, 800)
}

function bodyFor(
  dice: Random,
  operation: Operation,
  making: Making,
): { body: MadeRequest['body']; type: string | null } {
  const contents = Object.entries(operation.requestBody?.content ?? {})
  if (contents.length === 0) return { body: undefined, type: null }
  const [type, { schema = {} }] = dice.pick(contents)
  const sent = dice.chance(0.03)
    ? dice.pick(['text/plain', 'application/xml', '*/*', type.toUpperCase()])
    : type
  if (dice.chance(0.03)) return { body: dice.pick(rubbish), type: sent }
  if (/json/.test(type)) return { body: JSON.stringify(valueLike(dice, schema, making, 0)), type: sent }
  if (type === 'text/x-diff') return { body: dice.pick(diffs), type: sent }
  if (type === '*/*') return fileLike(dice)
  if (type.startsWith('text/')) return { body: dice.pick(texts).toWellFormed(), type: sent }
  return { body: new Uint8Array(updateLike(dice)), type: sent }
}

function fileLike(dice: Random): { body: MadeRequest['body']; type: string } {
  const type = dice.pick(['text/markdown', 'text/html', 'text/plain', 'application/octet-stream', '*/*', 'x'])
  const isText = dice.chance(0.7)
  return {
    body: isText ? dice.pick([...texts, ...pages]).toWellFormed() : new Uint8Array(updateLike(dice)),
    type,
  }
}

const pages = ['<title>x</title><p>a', '<svg xmlns="x"><script/></svg>', 'PK\x03\x04', '\ufeff# Log\n']
const texts = ['', 'fuzz', 'fuzz\n', '# Log\n\n- one\n', 'a\r\nb', 'x\n'.repeat(3_000), ...strings]
const diffs = [
  '--- a\n+++ b\n@@ -1 +1 @@\n-fuzz\n+fuzzy\n',
  '@@ -1,3 +1,2 @@\n fuzz\n-x\n',
  '@@ -999999999999,1 +1,1 @@\n-a\n+b\n',
  '--- a\n+++ b\n',
  '@@ @@\n',
  '',
]

function valueLike(dice: Random, schema: Schema, making: Making, depth: number): unknown {
  if (dice.chance(0.03))
    return dice.pick([null, true, -1, 1.5, 1e300, [], {}, [[[]]], '', '\ud83d', { a: { b: 1 } }])
  if (schema.$ref !== undefined)
    return valueLike(dice, making.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}, making, depth)
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return dice.pick(schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return valueLike(dice, dice.pick(choices), making, depth)
  if (schema.allOf !== undefined) {
    const parts = schema.allOf.map((part) => valueLike(dice, part, making, depth))
    return Object.assign({}, ...parts)
  }
  const samples = [...(schema.examples ?? []), ...(schema.example === undefined ? [] : [schema.example])]
  if (samples.length > 0 && dice.chance(0.4)) return dice.pick(samples)
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['string'])
  switch (dice.pick(types)) {
    case 'null':
      return null
    case 'boolean':
      return dice.chance(0.5)
    case 'integer':
    case 'number':
      return numberLike(dice, schema)
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 0, dice.below(4)) }, () =>
        valueLike(dice, schema.items ?? {}, making, depth + 1),
      )
    case 'object':
      return objectLike(dice, schema, making, depth)
    default:
      return stringLike(dice, schema, making.seen)
  }
}

function numberLike(dice: Random, { minimum = -5, maximum = 200 }: Schema): number {
  return dice.pick([minimum, maximum, minimum - 1, maximum + 1, minimum + dice.below(10), 1, 2, 3])
}

function stringLike(dice: Random, schema: Schema, seen: Seen): string {
  if (schema.format === 'date-time' && dice.chance(0.8))
    return dice.pick(['2026-01-01T00:00:00Z', '2999-12-31T23:59:59.999Z', '1970-01-01T00:00:00+14:00'])
  if (schema.format === 'uri' && dice.chance(0.8))
    return dice.pick([
      'http://127.0.0.1:1/x',
      'https://[::1]/',
      'http://example.invalid/hook',
      'ftp://x/',
      'javascript:1',
    ])
  if (dice.chance(0.3)) return seen.pick(dice, dice.pick(['documents', 'folders'])) ?? 'fuzz'
  return dice.chance(0.5) ? dice.pick(['fuzz', 'Log', 'a', 'go']) : dice.pick(strings)
}

function objectLike(dice: Random, schema: Schema, making: Making, depth: number): unknown {
  const required = new Set(schema.required ?? [])
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const isThere = required.has(name) ? !dice.chance(0.03) : depth < 4 && dice.chance(making.more)
    return isThere ? [[name, valueLike(dice, property, making, depth + 1)] as const] : []
  })
  return Object.fromEntries(dice.chance(0.02) ? [...entries, ['unknown', 1]] : entries)
}
