/**
 * People type, the server dies without warning, it is started again: what had been receipted must be there.
 *
 * Each cycle has new people with empty documents. Those who were there before would send again what they hold, and
 * so hide a loss.
 */
import { expect } from 'vitest'
import { type Random, random } from './random.ts'
import { type RestartingServer, restartingServer } from './server-process-restarting.ts'
import { until } from './until.ts'
import { type WireClient, wireClient } from './wire-client.ts'

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
}

const writers = 3

export async function killLoop(options: KillLoopOptions): Promise<KillLoopOutcome> {
  const dice = random(options.seed)
  await using server = await restartingServer(options.entry)
  const starts = [await server.start()]
  const document = await server.create({ title: 'Kill loop', kind: 'text' })
  const receipted: string[] = []
  let lost: readonly string[] = []
  let cycles = 0
  while (cycles < options.cycles && !(options.untilLoss === true && lost.length > 0)) {
    receipted.push(...(await typeAndKill(server, document, dice, `c${cycles}`)))
    starts.push(await server.start())
    const found = new Set((await server.content(document)).split('\n'))
    lost = receipted.filter((marker) => !found.has(marker))
    cycles += 1
  }
  return { cycles, receipted: receipted.length, lost, starts: starts.sort((a, b) => a - b) }
}

/** Resolves, after the kill, with the edits that were receipted. */
async function typeAndKill(
  server: RestartingServer,
  document: string,
  dice: Random,
  cycle: string,
): Promise<readonly string[]> {
  const people = Array.from({ length: writers }, () =>
    wireClient(server.port, document, { query: '?receipts=1' }),
  )
  await Promise.all(people.map((person) => until(() => person.all('sync-step-2').length > 0)))
  const typed = people.map(() => new Map<number, string>())
  const killAt = performance.now() + 20 + dice.below(130)
  let count = 0
  await until(() => {
    const writer = dice.below(writers)
    const person = people[writer]
    if (person === undefined) return false
    const marker = `${cycle}w${writer}e${count++}`
    person.text.insert(person.text.length, `${marker}\n`)
    typed[writer]?.set(person.sent, marker)
    return performance.now() >= killAt
  })
  await server.kill()
  await Promise.all(people.map((person) => until(() => person.closed)))
  return people.flatMap((person, writer) => markersUpTo(person, typed[writer] ?? new Map()))
}

function markersUpTo(person: WireClient, typed: ReadonlyMap<number, string>): readonly string[] {
  expect(person.receipted).toBeLessThanOrEqual(person.sent)
  return [...typed].filter(([message]) => message <= person.receipted).map(([, marker]) => marker)
}
