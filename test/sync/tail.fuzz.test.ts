import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { writeDeletes } from '../../packages/sync/src/delete-set.ts'
import { joined, laidOut } from '../../packages/sync/src/merge.ts'
import { scan } from '../../packages/sync/src/scan.ts'
import { decodeStateVector } from '../../packages/sync/src/state-vector.ts'
import { Tail } from '../../packages/sync/src/tail.ts'
import { random, seeds } from '../support/random.ts'

/** Two people who hear of each other at once, their updates in order. */
function updatesOf(
  seed: number,
  steps: number,
): { readonly doc: Y.Doc; readonly updates: readonly Uint8Array[] } {
  const seeded = random(seed)
  const [doc, other] = [11, 22].map((clientId) => Object.assign(new Y.Doc(), { clientID: clientId })) as [
    Y.Doc,
    Y.Doc,
  ]
  const updates: Uint8Array[] = []
  for (const [from, to] of [[doc, other] as const, [other, doc] as const]) {
    from.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'told') return
      updates.push(update)
      Y.applyUpdate(to, update, 'told')
    })
  }
  for (let step = 0; step < steps; step++) {
    const text = seeded.pick([doc, other]).getText('content')
    const at = seeded.below(text.length + 1)
    // No characters of two units: no client has half of one.
    if (seeded.chance(0.7)) text.insert(at, 'abcdefgh'.slice(0, 1 + seeded.below(8)))
    else text.delete(at, Math.min(3, text.length - at))
  }
  return { doc, updates }
}

const added = (update: Uint8Array) => scan(update, 'markdown')

describe('A tail', () => {
  test.each(seeds(40))(
    'gives from any clock on exactly what follows, in the middle of an update too (seed %i)',
    (seed) => {
      const seeded = random(seed)
      const { doc, updates } = updatesOf(seed, 80)
      const tail = new Tail()
      for (const update of updates) tail.append(added(update))
      const end = decodeStateVector(Y.encodeStateVector(doc))
      for (let time = 0; time < 20; time++) {
        const since = new Map([...end].map(([client, clock]) => [client, seeded.below(clock + 2)]))
        const sections = tail.sectionsSince(since, 'markdown')
        for (const [client, clock] of end) {
          const theirs = since.get(client) ?? 0
          const section = sections.find((one) => one.client === client)
          expect(section?.clock ?? clock).toBe(Math.min(theirs, clock))
          expect((section?.clock ?? clock) + (section?.length ?? 0)).toBe(clock)
        }
        const answer = laidOut(joined(sections), writeDeletes(tail.deletes))
        // Put behind a beginning that ends there, it makes the whole.
        const reader = new Y.Doc()
        Y.applyUpdate(reader, answer)
        Y.applyUpdate(reader, Y.encodeStateAsUpdate(doc))
        expect(reader.store.pendingStructs).toBeNull()
        expect(reader.getText('content').toString()).toBe(doc.getText('content').toString())
      }
    },
  )

  test.each(seeds(10))('leaves alone what it gave (seed %i)', (seed) => {
    const { updates } = updatesOf(seed, 60)
    const tail = new Tail()
    const given: { readonly bytes: Uint8Array; readonly copy: Uint8Array }[] = []
    for (const update of updates) {
      tail.append(added(update))
      for (const { bytes } of tail.sections) given.push({ bytes, copy: bytes.slice() })
    }
    for (const { bytes, copy } of given) expect(bytes).toEqual(copy)
  })

  test('takes no section that does not follow the one before', () => {
    const { updates } = updatesOf(1, 40)
    const tail = new Tail()
    const [first, ...rest] = updates.map(added).filter(({ sections }) => sections[0]?.client === 11)
    tail.append(first as NonNullable<typeof first>)
    expect(() => tail.append(rest.at(-1) as NonNullable<typeof first>)).toThrow(RangeError)
  })
})
