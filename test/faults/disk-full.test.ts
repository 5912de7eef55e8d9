/** The disk is full while people type: they hear it, nothing false is receipted, and it goes on when there is space. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { note } from '../support/lane.ts'
import { random } from '../support/random.ts'
import { restartingServer } from '../support/server-process-restarting.ts'
import { diskNote, fillUp, smallDisk, withoutDisks } from '../support/small-disk.ts'
import { missing, typists } from '../support/typists.ts'
import { until } from '../support/until.ts'

const seed = 1

test.skipIf(withoutDisks !== null)(
  `[W16] on a full disk editors hear so within 2 s, read on, and are receipted within 10 s of there being space (seed ${seed})${diskNote}`,
  { timeout: 120_000 },
  async () => {
    await using disk = await smallDisk(160)
    await using server = await restartingServer(undefined, disk)
    await server.start()
    const documents = await Promise.all(
      [1, 2, 3].map(() => server.create({ title: 'Full disk', kind: 'text' })),
    )
    const people = await typists(server.port, {
      documents,
      writers: 2,
      dice: random(seed),
      padding: 2_000,
    })
    await people.typeUntil(() => people.receipts.length > 200)

    const filler = join(disk.path, 'filler')
    await fillUp(filler)
    // What SQLite has made room for before can still be written.
    await people.typeUntil(() =>
      documents.every((id) => people.notSaved.some(({ document }) => document === id)),
    )
    expect(new Set(people.notSaved.map(({ reason }) => reason))).toEqual(new Set(['storage-full']))
    const delays = people.notSaved.map(({ at, since }) => at - since)
    expect(Math.max(...delays)).toBeLessThan(2_000)

    // Some of what they type may still fit; then it is there.
    const fullAt = Date.now()
    await people.typeUntil(() => Date.now() > fullAt + 2_000)
    const whileFull = people.receipts.filter(({ at }) => at > fullAt).length
    expect(await missing(people.receipts, server.content)).toEqual([])
    expect(people.typed - people.receipts.length).toBeGreaterThan(100)
    expect(await server.metric('weft_uncommitted_bytes')).toBeGreaterThan(0)

    await rm(filler)
    const freedAt = Date.now()
    await people.typeUntil(() =>
      documents.every((id) => people.receipts.some(({ document, at }) => document === id && at > freedAt)),
    )
    const resumed = Date.now() - freedAt
    expect(resumed).toBeLessThan(10_000)
    await until(() => people.receipts.length === people.typed, { withinMs: 20_000, what: 'all is receipted' })

    await server.kill()
    await server.start()
    const lost = await missing(people.receipts, server.content)
    note('disk full', {
      'told after ms': Math.max(...delays),
      'receipts while full': whileFull,
      'receipts again after ms': resumed,
      receipted: people.receipts.length,
      lost: lost.length,
    })
    expect(lost).toEqual([])
  },
)
