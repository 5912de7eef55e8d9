/** Two people who go on typing while somebody else misbehaves, and notice how long their words take. */
import { until } from './until.ts'
import { wireClient } from './wire-client.ts'

export interface HonestPair {
  /** Milliseconds that the slowest edit took from one to the other. */
  readonly slowest: number
  /** Milliseconds of each edit since it was asked for last, quickest first. */
  takeTimes(): readonly number[]
  readonly edits: number
  /** Both are still on their first connection, or were when they stopped. */
  readonly isUndisturbed: boolean
  /** Resolves when edits begun from now on have arrived, both ways. */
  goesOn(): Promise<void>
  /** Ends typing; rejects if an edit did not arrive. */
  stop(): Promise<void>
}

/** Begins to type at once, and goes on until stopped. */
export async function honestPair(port: number, document: string): Promise<HonestPair> {
  const people = [wireClient(port, document), wireClient(port, document)] as const
  await Promise.all(people.map((person) => until(() => person.all('sync-step-2').length > 0)))
  let slowest = 0
  let times: number[] = []
  let edits = 0
  let stopped = false
  let wasUndisturbed: boolean | null = null

  const exchange = async () => {
    for (const [writer, reader] of [people, [people[1], people[0]]] as const) {
      const marker = `<honest ${edits++}>`
      const began = performance.now()
      writer.text.insert(0, marker)
      await until(() => reader.text.toString().includes(marker), {
        withinMs: 20_000,
        what: 'an honest edit arrives',
      })
      const took = performance.now() - began
      slowest = Math.max(slowest, took)
      times.push(took)
      writer.text.delete(0, marker.length)
    }
  }
  const typing = (async () => {
    while (!stopped) await exchange()
  })()
  // Whoever stops the pair hears of it.
  typing.catch(() => {})

  return {
    get slowest() {
      return slowest
    },
    takeTimes() {
      const taken = times.sort((a, b) => a - b)
      times = []
      return taken
    },
    get edits() {
      return edits
    },
    get isUndisturbed() {
      return wasUndisturbed ?? people.every((person) => person.isOpen)
    },
    async goesOn() {
      const before = edits
      await until(() => edits > before + 2, { withinMs: 20_000, what: 'the honest go on' })
    },
    async stop() {
      stopped = true
      await typing
      wasUndisturbed = people.every((person) => person.isOpen)
      for (const person of people) person.close()
    },
  }
}
