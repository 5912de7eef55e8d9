import type { Timers } from '../../packages/editor/src/timers.ts'
import { VirtualTimers } from '../support/virtual-timers.ts'

/** Time that passes only when a test says so, and chance that is the middle of everything. */
export function editorTimers(): VirtualTimers & Timers {
  return Object.assign(new VirtualTimers(), { random: () => 0.5 })
}
