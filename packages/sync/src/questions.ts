/**
 * What one peer may ask: a few things at once, then one at a time. Answers can be as large as the document and
 * questions are a few bytes, so who asks faster is answered later, and of the same kind of question only the last.
 */
import { limits } from '@weft/protocol'
import type { Timers } from './ports.ts'

/** The document, who is here, or (by what it sends) to be asked for what is missing. */
export type Question = 'state' | 'presence' | 'gap'

export class Questions {
  readonly #timers: Timers
  /** Made when something first waits: most peers never ask that fast, and there are many. */
  #waiting: Map<Question, () => void> | null = null
  #left: number = limits.questionsBurst
  #at: number
  #cancel: (() => void) | null = null

  constructor(timers: Timers) {
    this.#timers = timers
    this.#at = timers.now()
  }

  /** Runs `answer` now or later, or never if the same is asked again before. */
  ask(question: Question, answer: () => void): void {
    if (this.#waiting === null && this.#mayNow()) return answer()
    this.#waiting ??= new Map()
    this.#waiting.set(question, answer)
    this.#wait()
  }

  close(): void {
    this.#cancel?.()
    this.#waiting = null
  }

  #mayNow(): boolean {
    const now = this.#timers.now()
    // A clock that was set back must not take anything away.
    const earned = Math.max(0, now - this.#at) / limits.questionMs
    this.#left = Math.min(limits.questionsBurst, this.#left + earned)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  #wait(): void {
    this.#cancel ??= this.#timers.after(limits.questionMs, () => {
      this.#cancel = null
      this.#answerOldest()
    })
  }

  #answerOldest(): void {
    this.#at = this.#timers.now()
    const waiting = this.#waiting
    const [oldest] = waiting ?? []
    if (waiting === null || oldest === undefined) return
    const [question, answer] = oldest
    waiting.delete(question)
    if (waiting.size > 0) this.#wait()
    else this.#waiting = null
    answer()
  }
}
