/** Other programs on the machine: waits until they rest, and measures again what they disturbed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { busyMs } from './process-usage.ts'
import type { Values } from './scenario.ts'

/** Share of the two cores that is nobody's concern. */
const quietPercent = 8
const lookMs = 400
const attempts = 3

/** Waits for the machine to come to rest, but no longer than `patienceMs`. Returns how busy it is, in percent. */
export async function waitForQuiet(patienceMs: number): Promise<number> {
  const began = performance.now()
  for (;;) {
    const from = { at: performance.now(), busy: busyMs() }
    await sleep(lookMs)
    const percent = (busyMs() - from.busy) / (performance.now() - from.at) / 0.02
    if (percent <= quietPercent || performance.now() - began > patienceMs) return percent
  }
}

/** The least disturbed of a few attempts. What they found does not count in the choice. */
export async function leastDisturbed(measure: () => Promise<Values>): Promise<Values> {
  let best = await measure()
  for (let attempt = 1; attempt < attempts && disturbance(best) > quietPercent; attempt++) {
    const again = await measure()
    if (disturbance(again) < disturbance(best)) best = again
  }
  return best
}

function disturbance(values: Values): number {
  return values.disturbedPercent ?? 0
}
