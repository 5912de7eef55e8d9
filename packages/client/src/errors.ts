import type { Problem, ProblemCode } from '@weft/protocol'

/** The server said no, and why. Branch on `code`. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.problem = problem
  }
  get code(): ProblemCode {
    return this.problem.code
  }
  get status(): number {
    return this.problem.status
  }
}

/** No answer, or one that is not from a Weft server: whether the request was carried out is unknown. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}
