/** Parts of requests, right and wrong, for the routes of the API. */
import * as Y from 'yjs'
import type { Random } from './random.ts'

const strings = [
  '',
  ' ',
  'a',
  'Title',
  'two\nlines',
  'cr\r\nlf',
  '\0',
  '\u202e',
  '🌍',
  '\ud83d',
  '\udc00x',
  "'; DROP TABLE documents; --",
  '%_\\',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  'x'.repeat(200),
  'x'.repeat(201),
  'ß'.repeat(3000),
] as const

const fields = [
  'title',
  'kind',
  'language',
  'content',
  'name',
  'dye',
  'id',
  '__proto__',
  'constructor',
  '',
] as const

const valid = [
  '{}',
  '{"title":"T"}',
  '{"name":"N","dye":1}',
  '{"content":"c\\n"}',
  '{"language":"go"}',
] as const

/** An id of a document that is there, or something in its place. */
export function idLike(dice: Random, ids: readonly string[]): string {
  if (dice.chance(0.6)) return dice.pick(ids)
  return encodeURIComponent(
    dice.pick(['AAAAAAAAAAAAAAAAAAAAAA', '.', 'x'.repeat(65), 'a b', 'ünï', '0', '-', '\u0000']),
  )
}

export function queryLike(dice: Random): string {
  const parameter = () => {
    const value = dice.chance(0.5)
      ? String(dice.below(200) - 20)
      : dice.pick(strings).toWellFormed().slice(0, 300)
    return `${dice.pick(['limit', 'cursor', 'title', 'trashed', 'after', 'x', ''])}=${encodeURIComponent(value)}`
  }
  return `?${Array.from({ length: 1 + dice.below(3) }, parameter).join('&')}`
}

export function bodyLike(dice: Random): { body: string | Uint8Array; headers: Record<string, string> } {
  const isUpdate = dice.chance(0.3)
  const type = dice.chance(0.1)
    ? dice.pick(['text/plain', '', 'application/xml', 'application/json; charset=utf-7'])
    : isUpdate
      ? 'application/octet-stream'
      : 'application/json'
  return { body: isUpdate ? updateLike(dice) : jsonLike(dice), headers: { 'content-type': type } }
}

function jsonLike(dice: Random): string {
  if (dice.chance(0.3)) return dice.pick(valid)
  if (dice.chance(0.1)) return dice.pick(['', '{', 'null', '[]', '0', '"text"', '{"a":1,}', '[[[[[[]]]]]]'])
  const entries = Array.from(
    { length: dice.below(4) },
    () => `${JSON.stringify(dice.pick(fields))}:${valueLike(dice)}`,
  )
  return `{${entries.join(',')}}`
}

function valueLike(dice: Random): string {
  if (dice.chance(0.6)) {
    return JSON.stringify(
      dice.chance(0.5) ? dice.pick(strings) : dice.pick(['markdown', 'text', 'code', 'yjs', 'go']),
    )
  }
  return dice.pick(['null', 'true', '-1', '5', '1.5', '1e400', '[]', '{}', '{"a":{"b":[null]}}', '"\\ud83d"'])
}

/** A real update, or one with bytes changed, cut or added. */
function updateLike(dice: Random): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 1 + dice.below(1_000_000)
  doc.getText('content').insert(0, 'fuzz')
  if (dice.chance(0.3)) doc.getMap('other').set('key', [1, 'x'])
  const update = Y.encodeStateAsUpdate(doc)
  if (dice.chance(0.4)) return update
  const broken = Uint8Array.from(update, (byte) => (dice.chance(0.1) ? dice.below(256) : byte))
  return dice.chance(0.5) ? broken.subarray(0, dice.below(broken.length + 1)) : broken
}
