import { expect, test } from 'vitest'
import { killLoop } from '../support/kill-loop.ts'
import { seeds } from '../support/random.ts'

for (const seed of seeds(1, 7)) {
  test(`[W15] 22 kills while people type lose no receipted edit (seed ${seed})`, {
    timeout: 240_000,
  }, async () => {
    const outcome = await killLoop({ cycles: 22, seed })
    expect(outcome.lost).toEqual([])
    // The slowest may have met a machine that is busy with other tests.
    expect(outcome.starts[Math.floor(outcome.starts.length / 2)]).toBeLessThan(5_000)
    expect(outcome.starts.at(-1)).toBeLessThan(20_000)
    // A loop in which nothing was receipted would prove nothing.
    expect(outcome.receipted).toBeGreaterThan(22 * 3)
  })
}
