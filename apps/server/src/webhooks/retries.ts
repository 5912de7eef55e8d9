/** When a delivery that failed is tried again: soon, then more and more seldom, over three days. */

const [second, minute, hour] = [1_000, 60_000, 3_600_000]

const pauses = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const

const longestPause = 24 * hour

/** `null`: not any more. `dice`: a number from 0 up to 1, so that what failed together does not come back together. */
export function pauseAfter(
  attempts: number,
  retryAfter: string | null,
  now: number,
  dice: number,
): number | null {
  const pause = pauses[attempts - 1]
  if (pause === undefined) return null
  const jittered = Math.round(pause * (0.9 + 0.2 * dice))
  return Math.min(Math.max(jittered, asked(retryAfter, now)), longestPause)
}

/** Seconds, or a date, as HTTP has it; 0 for anything else. */
function asked(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * second
  const at = / GMT$/.test(retryAfter) ? Date.parse(retryAfter) : Number.NaN
  return Number.isNaN(at) ? 0 : Math.max(0, at - now)
}
