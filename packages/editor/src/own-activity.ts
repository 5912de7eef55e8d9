/** What you did here, and when: the others are told. */
import type { Pace } from './pace.ts'
import { writingMs } from './people.ts'
import type { Timers } from './timers.ts'

export interface OwnActivity {
  /** You have been in the text: only then you have a caret that others see. */
  readonly visited: boolean
  readonly writing: boolean
  now(): { readonly wroteAt: number | null; readonly activeAt: number }
  entered(): void
  moved(): void
  wrote(): void
}

/** `onRest`: you have not written for a while. */
export function trackOwnActivity(timers: Timers, pace: Pace, onRest: () => void): OwnActivity {
  let visited = false
  let wroteAt: number | null = null
  let activeAt = timers.now()
  const isWriting = () => wroteAt !== null && timers.now() - wroteAt < writingMs

  const rest = pace.gathered(writingMs, () => {
    if (isWriting()) rest()
    else onRest()
  })

  return {
    get visited() {
      return visited
    },
    get writing() {
      return isWriting()
    },
    now: () => ({ wroteAt, activeAt }),
    entered() {
      visited = true
      activeAt = timers.now()
    },
    moved() {
      activeAt = timers.now()
    },
    wrote() {
      visited = true
      wroteAt = activeAt = timers.now()
      rest()
    },
  }
}
