/** Everyone sees the same document, whatever befalls them. In two files, so that each core has one. */
import { expect, test } from 'vitest'
import { expectConverged, live } from '../support/convergence.ts'
import { figure, note, progress, timeLimit } from '../support/lane.ts'

const operations = 300
const seedsOfPart = figure({ short: 1_000, long: 5_000 })

/** Declares the test of that half of the seeds. */
export function convergence(part: 1 | 2): void {
  const first = (part - 1) * seedsOfPart + 1
  const last = part * seedsOfPart
  test(`five people end with the same document after ${operations} operations (seeds ${first} to ${last})`, {
    timeout: timeLimit(240_000),
  }, async () => {
    const diverged: number[] = []
    for (let seed = first; seed <= last; seed++) {
      await expectConverged(await live(seed, operations)).catch((error: unknown) => {
        diverged.push(seed)
        if (diverged.length === 1) console.error(`seed ${seed}:`, error)
      })
      progress(`convergence, part ${part}`, seed - first + 1, seedsOfPart)
    }
    note('convergence', { people: 5, operations, seeds: `${first} to ${last}`, diverged: diverged.length })
    expect(diverged, 'seeds').toEqual([])
  })
}
