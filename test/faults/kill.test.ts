/** `kill -9` in the middle of typing, again and again. */
import { expect, test } from 'vitest'
import { killLoop } from '../support/kill-loop.ts'
import { figure, note, progress, timeLimit } from '../support/lane.ts'
import { seeds } from '../support/random.ts'

/** Side by side, one for each core. */
const loops = seeds(2, 7)
const cycles = figure({ short: 50, long: 1_000 })

test(`[W15] ${cycles * loops.length} kills while people type lose no receipted edit (seeds ${loops.join(', ')})`, {
  timeout: timeLimit(300_000),
}, async () => {
  let killed = 0
  const onCycle = () => progress('kills', ++killed, cycles * loops.length)
  const outcomes = await Promise.all(loops.map((seed) => killLoop({ cycles, seed, onCycle })))
  const starts = outcomes.flatMap((outcome) => outcome.starts).sort((a, b) => a - b)
  const receipted = outcomes.reduce((sum, outcome) => sum + outcome.receipted, 0)
  const median = starts[Math.floor(starts.length / 2)] ?? 0
  note('kill -9', {
    kills: cycles * loops.length,
    receipted,
    lost: outcomes.reduce((sum, { lost }) => sum + lost.length, 0),
    'median start ms': Math.round(median),
  })
  expect(outcomes.flatMap(({ lost }) => lost)).toEqual([])
  expect(median).toBeLessThan(5_000)
  // A loop in which nothing was receipted would prove nothing.
  expect(receipted).toBeGreaterThan(cycles * loops.length * 3)
})
