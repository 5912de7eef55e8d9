/**
 * The thread's own work on snapshots, a little in each of its commits: large ones are written piece by piece, one
 * document after the other, and what is no longer of any use is taken away.
 */
import { freshId } from '../fresh-id.ts'
import type { Answers, Asked, Failure, FoldWrite, Outcome, Write } from './sqlite-messages.ts'
import { pieceCount, pieceOf, type Snapshots } from './sqlite-snapshots.ts'

export interface LargeFolds {
  /** False if it is small enough to be written at once. */
  take(fold: Asked<FoldWrite>): boolean
  /** Some fold is not answered, or there is something to take away. */
  readonly hasWork: boolean
  /** What to commit next; `null`: nothing. */
  next(): Write | null
  /** What became of that. Gives the fold back whose pieces are all written, or which failed. */
  wrote(outcome: Outcome<Answers[Write['type']]> | undefined): FoldedUp | null
}

export interface FoldedUp {
  readonly fold: Asked<FoldWrite>
  /** `null`: it is ready to be written itself. */
  readonly failure: Failure | null
}

export function largeFolds(snapshots: Snapshots): LargeFolds {
  const waiting: Asked<FoldWrite>[] = []
  let pieces = freshId()
  let written = 0

  function ended(fold: Asked<FoldWrite>, failure: Failure | null): FoldedUp {
    const question = { ...fold.question, pieces }
    waiting.shift()
    pieces = freshId()
    written = 0
    return { fold: { number: fold.number, question }, failure }
  }

  return {
    take(fold) {
      const isLarge = pieceCount(fold.question.snapshot.bytes) > 0
      if (isLarge) waiting.push(fold)
      return isLarge
    },
    get hasWork() {
      return waiting.length > 0 || snapshots.hasLoose
    },
    next() {
      const [fold] = waiting
      if (fold === undefined) return snapshots.hasLoose ? { type: 'drop-loose-pieces' } : null
      const bytes = pieceOf(fold.question.snapshot.bytes, written)
      return { type: 'add-piece', pieces, number: written, bytes }
    },
    wrote(outcome) {
      const failure = outcome !== undefined && 'failure' in outcome ? outcome.failure : null
      const [fold] = waiting
      if (fold === undefined) {
        // The next fold, or the next start, tries again.
        if (failure !== null) snapshots.leaveLoose()
        return null
      }
      if (failure !== null) return ended(fold, failure)
      return ++written === pieceCount(fold.question.snapshot.bytes) ? ended(fold, null) : null
    },
  }
}
