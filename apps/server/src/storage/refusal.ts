import type { DocumentId } from '@weft/protocol'
import type { Failure, FailureReason } from './sqlite-messages.ts'

/** A request cannot be done. Crosses the thread as a {@link Failure}. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly failure: Failure
  constructor(reason: FailureReason, message: string) {
    super(message)
    this.failure = { reason, message }
  }
}

/** `how`: what is wrong with it, for the operator. */
export function damaged(document: DocumentId, how: string): Refusal {
  return new Refusal('damaged', `document ${document} is damaged: ${how}`)
}
