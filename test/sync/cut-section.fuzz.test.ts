import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { cutSection } from '../../packages/sync/src/known.ts'
import { assemble } from '../../packages/sync/src/merge.ts'
import { scan } from '../../packages/sync/src/scan.ts'
import { encodeStateVector } from '../../packages/sync/src/state-vector.ts'
import { editAnything, editText } from '../support/edits.ts'
import { random, seeds } from '../support/random.ts'

/** The structs of one client from `clock` on, without deletes, as Yjs would cut them. */
function byYjs(update: Uint8Array, client: number, clock: number): Uint8Array {
  const [section] = scan(Y.diffUpdate(update, encodeStateVector(new Map([[client, clock]]))), 'yjs').sections
  return section === undefined ? new Uint8Array() : assemble({ sections: [section], deletes: [] })
}

describe('What is left of a section behind a clock', () => {
  test.each(seeds(40))('is what Yjs leaves of it, at every clock (seed %i)', (seed) => {
    const seeded = random(seed)
    const doc = new Y.Doc()
    doc.clientID = 1 + seeded.below(1_000)
    for (let edits = 0; edits < 30; edits++) {
      if (seed % 2 === 0) editText(doc.getText('content'), seeded)
      else editAnything(doc, seeded)
    }
    const update = Y.encodeStateAsUpdate(doc)
    const [section] = scan(update, 'yjs').sections
    if (section === undefined) return
    const whole = assemble({ sections: [section], deletes: [] })
    for (let clock = 0; clock < section.length; clock++) {
      const cut = assemble({ sections: [cutSection(section, clock, 'yjs')], deletes: [] })
      // Yjs sets a flag that nobody reads where it has cut, and leaves it out when it writes the same again.
      const again = (bytes: Uint8Array) => byYjs(byYjs(bytes, section.client, clock), section.client, clock)
      expect(again(cut)).toEqual(again(whole))
      expect(scan(cut, 'yjs').sections).toMatchObject([{ clock, length: section.length - clock }])
    }
  })

  test('is found in a fraction of the time that Yjs takes, however large the section is', () => {
    const doc = new Y.Doc()
    doc.clientID = 5
    doc.transact(() => {
      for (let edits = 0; edits < 50_000; edits++) doc.getText('content').insert(0, 'x')
    })
    const update = Y.encodeStateAsUpdate(doc)
    const [section] = scan(update, 'text').sections
    if (section === undefined) throw new RangeError('no section')
    const least = (work: () => unknown) =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const start = performance.now()
          work()
          return performance.now() - start
        }),
      )
    const yjs = least(() => byYjs(update, section.client, 1))
    expect(least(() => cutSection(section, 1, 'text'))).toBeLessThan(yjs / 10)
    expect(least(() => cutSection(section, section.length - 1, 'text'))).toBeLessThan(yjs / 2)
  })
})
