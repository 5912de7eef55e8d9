/** What requests are made of, right and wrong. */
import * as Y from 'yjs'
import type { Random } from './random.ts'

export const strings = [
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

/** Bodies that fit nothing. */
export const rubbish = [
  '',
  '{',
  'null',
  '[]',
  '0',
  '"text"',
  '{"a":1,}',
  '[[[[[[]]]]]]',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{}}}',
  '{"title":1e400}',
  '\0\u0001',
] as const

/** A real update, or one with bytes changed, cut or added. */
export function updateLike(dice: Random): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = 1 + dice.below(1_000_000)
  doc.getText('content').insert(0, 'fuzz')
  if (dice.chance(0.3)) doc.getMap('other').set('key', [1, 'x'])
  const update = Y.encodeStateAsUpdate(doc)
  if (dice.chance(0.4)) return update
  const broken = Uint8Array.from(update, (byte) => (dice.chance(0.1) ? dice.below(256) : byte))
  return dice.chance(0.5) ? broken.subarray(0, dice.below(broken.length + 1)) : broken
}
