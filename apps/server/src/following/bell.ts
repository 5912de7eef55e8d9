/**
 * Waits for something to look at. Rule: {@link Bell.clear} goes before the look, so that what is rung for during it
 * brings another look.
 */
import type { Timers } from '@weft/sync'

export interface Bell {
  ring(): void
  clear(): void
  /** Resolves when it was rung since it was cleared, or after `ms`: then with false. */
  wait(ms: number): Promise<boolean>
}

export function createBell(timers: Timers): Bell {
  let isRung = false
  let wake: (() => void) | null = null
  return {
    ring() {
      isRung = true
      wake?.()
    },
    clear() {
      isRung = false
    },
    async wait(ms) {
      if (isRung) return true
      let cancel = () => {}
      await new Promise<void>((resolve) => {
        wake = resolve
        cancel = timers.after(ms, resolve)
      })
      cancel()
      wake = null
      return isRung
    },
  }
}
