import { expect, test } from 'vitest'
import {
  isSettled,
  noReceipts,
  type Receipts,
  unconfirmed,
  withConnection,
  withEdits,
  withMessage,
  withReceipt,
} from '../../packages/editor/src/receipts.ts'

/** Receipts after a story: `e` an edit, `u` an update sent, `a` an answer sent, `c` a connection, a number a receipt. */
function after(story: string): Receipts {
  return story.split(' ').reduce((receipts, word) => {
    if (word === 'e') return withEdits(receipts, 1)
    if (word === 'u') return withMessage(receipts, 'update')
    if (word === 'a') return withMessage(receipts, 'answer')
    if (word === 'c') return withConnection(receipts)
    return withReceipt(receipts, Number(word))
  }, noReceipts)
}

test('a receipt confirms the edits whose updates it counts, and no later one', () => {
  const receipts = after('c a 1 e u e u e u 3')
  expect(receipts.confirmed).toBe(2)
  expect(unconfirmed(receipts)).toBe(1)
})

test('an answer confirms everything written before it, whatever happened on earlier connections', () => {
  const receipts = after('c a 1 e u e u c e e a 1')
  expect(receipts.written).toBe(4)
  expect(unconfirmed(receipts)).toBe(0)
})

test('an update sent before the first answer of a connection confirms nothing: it may stand on a gap', () => {
  expect(after('e c e u 1').confirmed).toBe(0)
  expect(after('e c e u 1 a 1').confirmed).toBe(0)
  expect(after('e c e u a 2').confirmed).toBe(2)
})

test('a second answer on the same connection counts anew from what it holds', () => {
  const story = 'c a e u e u a e u'
  expect(after(`${story} 1`).confirmed).toBe(0)
  expect(after(`${story} 2`).confirmed).toBe(1)
  expect(after(`${story} 4`).confirmed).toBe(2)
  expect(after(`${story} 5`).confirmed).toBe(3)
})

test('receipts of an earlier connection do not count for the next one', () => {
  expect(after('c a e u e u 3 c').confirmed).toBe(2)
  expect(after('e e c a c u 1').confirmed).toBe(0)
  expect(isSettled(after('e e c a c u 1'))).toBe(false)
  expect(isSettled(after('c a 1 c'))).toBe(false)
  expect(isSettled(after('c a 1 c a'))).toBe(false)
  expect(isSettled(after('c a 1 c a 1'))).toBe(true)
})

test('a receipt for messages that were never sent, or a repeated or older one, confirms nothing more', () => {
  expect(after('c a e u e 99').confirmed).toBe(1)
  expect(after('c a e u 2 1').confirmed).toBe(1)
  expect(after('c a e u 2 2 0').confirmed).toBe(1)
})
