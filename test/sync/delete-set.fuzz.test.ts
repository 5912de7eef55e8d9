import { describe, expect, test } from 'vitest'
import { DeleteSet, readDeletes, withDeletes, writeDeletes } from '../../packages/sync/src/delete-set.ts'
import { scan } from '../../packages/sync/src/scan.ts'
import { type Random, random, seeds } from '../support/random.ts'

const clocks = 300

function deletes(seeded: Random, clients: number): DeleteSet {
  const set = new DeleteSet()
  for (let count = seeded.below(60); count > 0; count--)
    set.add(seeded.below(clients), seeded.below(clocks), 1 + seeded.below(6))
  return set
}

/** Clock by clock. */
function marked(set: DeleteSet): Set<string> {
  const marks = new Set<string>()
  const triples = set.triples()
  for (let index = 0; index < triples.length; index += 3) {
    const [client = 0, clock = 0, length = 0] = triples.slice(index, index + 3)
    for (let offset = 0; offset < length; offset++) marks.add(`${client} ${clock + offset}`)
  }
  return marks
}

describe('Deletes in bytes', () => {
  test.each(seeds(300))('take others in, and are what all of them are (seed %i)', (seed) => {
    const seeded = random(seed)
    const clients = 1 + seeded.below(4)
    const [some, others] = [deletes(seeded, clients), deletes(seeded, clients)]
    const together = withDeletes(writeDeletes(some), others)
    expect(marked(readDeletes(together))).toEqual(new Set([...marked(some), ...marked(others)]))
    // In order, and each client once: the scanner refuses anything else. And none touches the next.
    const { deletes: triples } = scan(Uint8Array.of(0, ...together), 'yjs')
    expect(triples).toEqual(readDeletes(together).triples())
    const all = readDeletes(together)
    for (const mark of marked(some)) {
      const [client = 0, clock = 0] = mark.split(' ').map(Number)
      expect(all.has(client, clock, 1)).toBe(true)
    }
  })

  test('stay the same bytes when nothing is added', () => {
    const bytes = writeDeletes(deletes(random(7), 3))
    expect(withDeletes(bytes, new DeleteSet())).toBe(bytes)
  })

  test('are written as Yjs writes them: ranges neither touch nor overlap', () => {
    const some = new DeleteSet()
    some.add(1, 0, 5)
    some.add(1, 10, 5)
    some.add(1, 300, 5)
    const others = new DeleteSet()
    others.add(1, 5, 5)
    others.add(1, 20, 1)
    others.add(2, 0, 1)
    expect(readDeletes(withDeletes(writeDeletes(some), others)).triples()).toEqual([
      1, 0, 15, 1, 20, 1, 1, 300, 5, 2, 0, 1,
    ])
    expect([...withDeletes(writeDeletes(some), others)].slice(0, 3)).toEqual([2, 1, 3])
  })
})
