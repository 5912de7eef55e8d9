/**
 * People type, the server dies without warning, it is started again: what had been receipted must be there.
 *
 * Each cycle has new people with empty documents. Those who were there before would send again what they hold, and
 * so hide a loss.
 */
import { random } from './random.ts'
import { restartingServer } from './server-process-restarting.ts'
import { missing, type Receipted, typists } from './typists.ts'
import { until } from './until.ts'

export interface KillLoopOutcome {
  readonly cycles: number
  /** Edits that a receipt covered before the kill. */
  readonly receipted: number
  readonly lost: readonly string[]
  /** Milliseconds until the server answered again, each time, quickest first. */
  readonly starts: readonly number[]
}

export interface KillLoopOptions {
  readonly cycles: number
  readonly seed: number
  /** See {@link restartingServer}. */
  readonly entry?: string
  /** Stops after the first cycle in which something was lost. */
  readonly untilLoss?: boolean
  readonly onCycle?: () => void
}

const documentCount = 3
const writers = 2
/** Each document is left alone after this many cycles, so that cycles stay short. What it held is looked at to the end. */
const cyclesOfDocument = 25

export async function killLoop(options: KillLoopOptions): Promise<KillLoopOutcome> {
  const dice = random(options.seed)
  await using server = await restartingServer(options.entry)
  const starts = [await server.start()]
  const receipted: Receipted[] = []
  let documents: readonly string[] = []
  let lost: readonly Receipted[] = []
  let cycles = 0
  while (cycles < options.cycles && !(options.untilLoss === true && lost.length > 0)) {
    if (cycles % cyclesOfDocument === 0) {
      documents = await Promise.all(
        Array.from({ length: documentCount }, () => server.create({ title: 'Kill loop', kind: 'text' })),
      )
    }
    const people = await typists(server.port, { documents, writers, dice, mark: `c${cycles}` })
    const killAt = performance.now() + 20 + dice.below(130)
    await people.typeUntil(() => performance.now() >= killAt, { atOnce: 2 })
    await server.kill()
    await until(() => people.isEverybodyGone)
    receipted.push(...people.receipts)
    starts.push(await server.start())
    const now = documents
    lost = await missing(
      receipted.filter(({ document }) => now.includes(document)),
      server.content,
    )
    cycles += 1
    options.onCycle?.()
  }
  if (lost.length === 0) lost = await missing(receipted, server.content)
  return {
    cycles,
    receipted: receipted.length,
    lost: lost.map(({ marker }) => marker),
    starts: starts.sort((a, b) => a - b),
  }
}
