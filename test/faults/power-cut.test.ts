/**
 * The power fails while people type. What a receipt covered before is on the disk, whatever else is: whichever of the
 * writes that were not synced have reached it, and in whatever pieces.
 */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { figure, note, progress, timeLimit } from '../support/lane.ts'
import { plantedBuild } from '../support/planted-build.ts'
import { type Recording, recordDisk } from '../support/power-cut.ts'
import { type Random, random } from '../support/random.ts'
import { restartingServer } from '../support/server-process-restarting.ts'
import { straceNote, withoutStrace } from '../support/strace.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Receipted, typists } from '../support/typists.ts'
import { type AfterCut, afterCut } from './after-cut.ts'
import { brokenBuilds } from './broken-builds.ts'

interface Evening {
  readonly recording: Recording
  readonly receipts: readonly Receipted[]
}

/** People type into six documents for a while; the server is killed at last. */
async function evening(dice: Random, entry?: string): Promise<Evening> {
  await using traces = await temporaryFolder()
  await using server = await restartingServer(entry)
  await server.start()
  const documents = await Promise.all(
    Array.from({ length: 6 }, () => server.create({ title: 'Power cut', kind: 'text' })),
  )
  const recorder = await recordDisk(server, join(traces.path, 'trace'))
  const people = await typists(server.port, { documents, writers: 2, dice })
  await people.typeUntil(() => people.receipts.length > 2_500, { atOnce: 4 })
  await server.kill()
  return { recording: await recorder.stop(), receipts: people.receipts }
}

type Moment = (evening: Evening, dice: Random) => number

const afterReceipt: Moment = ({ receipts }, dice) => dice.pick(receipts).at + 1 + dice.next() * 3

/** While SQLite copies what it has logged into the database file; on a machine that is very busy it may not have come to that. */
const duringCopy: Moment = (one, dice) => {
  const copies = one.recording.events.filter(({ type, file }) => type === 'write' && file === 'weft.sqlite')
  return copies.length === 0 ? afterReceipt(one, dice) : dice.pick(copies).at
}

interface Evenings {
  readonly cuts: number
  readonly seed: number
  /** In turn. */
  readonly moments: readonly Moment[]
  readonly entry?: string
}

const cutsPerEvening = 30

async function evenings({ cuts, seed, moments, entry }: Evenings): Promise<readonly AfterCut[]> {
  const made: AfterCut[] = []
  for (let number = 0; made.length < cuts; number++) {
    const dice = random(seed + number)
    const one = await evening(dice, entry)
    for (let left = Math.min(cutsPerEvening, cuts - made.length); left > 0; left--) {
      const moment = moments[left % moments.length] ?? afterReceipt
      made.push(await afterCut(one.recording, one.receipts, moment(one, dice), dice))
      progress('power cuts', made.length, cuts)
    }
  }
  return made
}

const seed = 1
const cuts = figure({ short: 30, long: 500 })

test.skipIf(withoutStrace !== null)(
  `[W15] ${cuts} power cuts while people type lose no receipted edit (seed ${seed})${straceNote}`,
  { timeout: timeLimit(240_000) },
  async () => {
    const made = await evenings({ cuts, seed, moments: [afterReceipt, duringCopy] })
    note('power cuts', {
      cuts: made.length,
      'receipted edits looked for': made.reduce((sum, { receipted }) => sum + receipted, 0),
      lost: made.reduce((sum, { lost }) => sum + lost.length, 0),
    })
    expect(made.flatMap(({ lost }) => lost)).toEqual([])
    expect(made.map(({ integrity }) => integrity)).toEqual(made.map(() => 'ok'))
    expect(made.filter(({ receipted }) => receipted > 100).length).toBeGreaterThan(cuts / 2)
  },
)

test.skipIf(withoutStrace !== null)(
  `a server that does not sync each commit loses receipted edits to such cuts (seed ${seed})${straceNote}`,
  { timeout: timeLimit(120_000) },
  async () => {
    await using build = await plantedBuild(brokenBuilds['synchronous=NORMAL instead of FULL'].edits)
    const made = await evenings({
      cuts: figure({ short: 10, long: 60 }),
      seed,
      moments: [afterReceipt],
      entry: build.main,
    })
    const losing = made.filter(({ lost }) => lost.length > 0)
    note('power cuts with NORMAL, which must lose', {
      cuts: made.length,
      'cuts that lost something': losing.length,
      'edits lost': losing.reduce((sum, { lost }) => sum + lost.length, 0),
    })
    expect(losing.length).toBeGreaterThanOrEqual(made.length * 0.9)
  },
)
