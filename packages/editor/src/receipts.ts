/**
 * Which of this tab's edits the server has made durable.
 *
 * A receipt says "the first n sync messages of this connection". What a message holds follows from three facts: an
 * *answer* (sync step 2) holds everything written before it was sent; after it, every edit goes out as one update
 * message of its own, in order; what went out before the first answer may stand on a gap in the server's copy, so
 * it counts for nothing until an answer covers it. A new connection starts at zero messages, and its first answer
 * covers again whatever the last connection left open.
 */
export interface Receipts {
  /** Edits so far, those found on the device included. */
  readonly written: number
  /** The first so many edits are durable. Never falls. */
  readonly confirmed: number
  /** Sync messages sent on this connection, and how many of them the server has receipted. */
  readonly sent: number
  readonly receipted: number
  /** Answers of this connection, oldest first; of those receipted only the last. */
  readonly answers: readonly Answer[]
}

interface Answer {
  /** Which sync message of the connection it was: 1, 2, 3 … */
  readonly message: number
  readonly holds: number
}

export const noReceipts: Receipts = { written: 0, confirmed: 0, sent: 0, receipted: 0, answers: [] }

export function withEdits(receipts: Receipts, edits: number): Receipts {
  return { ...receipts, written: receipts.written + edits }
}

export function withConnection(receipts: Receipts): Receipts {
  return { ...receipts, sent: 0, receipted: 0, answers: [] }
}

export function withMessage(receipts: Receipts, message: 'answer' | 'update'): Receipts {
  const sent = receipts.sent + 1
  if (message === 'update') return { ...receipts, sent }
  return { ...receipts, sent, answers: [...receipts.answers, { message: sent, holds: receipts.written }] }
}

export function withReceipt(receipts: Receipts, messages: number): Receipts {
  const receipted = Math.max(receipts.receipted, Math.min(messages, receipts.sent))
  const last = receipts.answers.findLastIndex((answer) => answer.message <= receipted)
  const answer = receipts.answers[last]
  if (answer === undefined) return { ...receipts, receipted }
  const durable = Math.min(receipts.written, answer.holds + receipted - answer.message)
  return {
    ...receipts,
    receipted,
    confirmed: Math.max(receipts.confirmed, durable),
    answers: receipts.answers.slice(last),
  }
}

export function unconfirmed(receipts: Receipts): number {
  return receipts.written - receipts.confirmed
}

/** The server has stored what it asked for when this connection opened, be it nothing. */
export function isSettled(receipts: Receipts): boolean {
  const first = receipts.answers[0]
  return first !== undefined && first.message <= receipts.receipted
}
