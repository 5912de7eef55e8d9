import { describe, test } from 'vitest'
import { expectConverged, live } from '../support/convergence.ts'
import { seeds } from '../support/random.ts'

/** Many short stories; `faults/` has the long ones. */
describe('Everyone sees the same document', () => {
  test.each(seeds(200))('after anything that can happen to five people (seed %i)', async (seed) => {
    await expectConverged(await live(seed, 60))
  })
})
