/**
 * What two or more people really typed at once, as one recorded step after the other. Each step names the steps
 * that its author had seen.
 *
 * A live client sees more than that: whatever arrives, arrives. So each step is made where its author's document
 * holds exactly what the author had seen, and its update, real Yjs bytes, is what a client then sends. The text in
 * the end is defined by the trace alone, whatever the network does to the order.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import * as Y from 'yjs'
import { random } from './random.ts'

export interface Trace {
  readonly agents: number
  readonly transactions: readonly Transaction[]
  /** As it was recorded; `null`: nobody recorded it. */
  readonly endContent: string | null
}

interface Transaction {
  readonly agent: number
  /** Indices of the transactions that were the last its author had seen. */
  readonly parents: readonly number[]
  /** Position and number of code points to delete there, then text to insert. */
  readonly patches: readonly (readonly [position: number, deleted: number, inserted: string])[]
}

export interface Step {
  readonly agent: number
  readonly update: Uint8Array
  /** What its author had seen of the others: (client id, clock). */
  readonly needs: readonly (readonly [client: number, clock: number])[]
}

const recorded = fileURLToPath(new URL('../../../shared/traces/friendsforever.json.gz', import.meta.url))

/** Two people who wrote about a television series for an hour; `null` where the recording is not at hand. */
export function recordedTrace(): Trace | null {
  if (!existsSync(recorded)) return null
  const { numAgents, txns, endContent } = JSON.parse(gunzipSync(readFileSync(recorded)).toString())
  return { agents: numAgents, transactions: txns, endContent }
}

/** Two who type, delete and hear from each other now and then. */
export function generatedTrace(seed: number, count: number): Trace {
  const dice = random(seed)
  const transactions: Transaction[] = []
  const agents = [agent(0), agent(1)] as const
  const last: (number | null)[] = [null, null]
  for (let index = 0; index < count; index++) {
    const author = dice.below(2)
    const [own, other] = author === 0 ? agents : [agents[1], agents[0]]
    const parents = [last[author] ?? []].flat()
    const otherLast = last[1 - author]
    if (dice.chance(0.1) && typeof otherLast === 'number') {
      Y.applyUpdate(own.doc, Y.encodeStateAsUpdate(other.doc))
      parents.push(otherLast)
    }
    const length = codePoints(own.text)
    const position = dice.below(length + 1)
    const deleted = dice.chance(0.3) ? Math.min(dice.below(4), length - position) : 0
    const inserted = dice.chance(0.8) ? dice.pick(['a', 'e', 'word ', '\n', 'שלום', 'é', '🧵']) : ''
    const patches = [[position, deleted, inserted]] as const
    applyPatches(own.text, patches, units)
    transactions.push({ agent: author, parents, patches })
    last[author] = index
  }
  return { agents: 2, transactions, endContent: null }
}

/** The steps in an order in which each comes after all that its author had seen, and the text they end in. */
export function stepsOf(trace: Trace): { readonly steps: readonly Step[]; readonly text: string } {
  const agents = Array.from({ length: trace.agents }, (_, index) => agent(index))
  const isBasic = !trace.transactions.some(({ patches }) => patches.some(([, , text]) => hasPairs(text)))
  const made: Made[][] = agents.map(() => [])
  const heard = agents.map(() => agents.map(() => 0))
  const after: number[][] = []
  const steps: Step[] = []

  for (const { agent: author, parents, patches } of trace.transactions) {
    const own = agents[author]
    const heardByAuthor = heard[author]
    if (own === undefined || heardByAuthor === undefined) throw new RangeError(`no agent ${author}`)
    const seen = agents.map((_, other) =>
      Math.max(0, ...parents.map((parent) => after[parent]?.[other] ?? 0)),
    )
    if (seen[author] !== made[author]?.length) throw new Error('an agent that forgot what it wrote')
    seen.forEach((count, other) => {
      if (other === author) return
      for (const { update } of made[other]?.slice(heardByAuthor[other], count) ?? [])
        Y.applyUpdate(own.doc, update)
      heardByAuthor[other] = count
    })
    const update = applyPatches(own.text, patches, isBasic ? (_, position) => position : units)
    made[author]?.push({ update, clock: Y.getState(own.doc.store, own.doc.clientID) })
    const needs = agents.flatMap(({ doc }, other) => {
      const last = made[other]?.[(seen[other] ?? 0) - 1]
      return other === author || last === undefined ? [] : [[doc.clientID, last.clock] as const]
    })
    steps.push({ agent: author, update, needs })
    after.push(seen.map((count, other) => (other === author ? count + 1 : count)))
  }
  const all = new Y.Doc()
  for (const { update } of steps) Y.applyUpdate(all, update)
  return { steps, text: all.getText('content').toString() }
}

interface Made {
  readonly update: Uint8Array
  /** Its author's clock after it. */
  readonly clock: number
}

/** Client ids decide who goes first where two typed at one place: the recording fits ids in the agents' order. */
function agent(index: number): { readonly doc: Y.Doc; readonly text: Y.Text } {
  const doc = new Y.Doc()
  doc.clientID = index + 1
  return { doc, text: doc.getText('content') }
}

/** Returns the update that this makes; an empty one if nothing changed. `unitsAt` turns code points into Yjs' units. */
function applyPatches(
  text: Y.Text,
  patches: Transaction['patches'],
  unitsAt: (text: Y.Text, codePoints: number) => number,
): Uint8Array {
  let made: Uint8Array = Uint8Array.of(0, 0)
  const take = (update: Uint8Array) => {
    made = update
  }
  text.doc?.once('update', take)
  text.doc?.transact(() => {
    for (const [position, deleted, inserted] of patches) {
      const from = unitsAt(text, position)
      if (deleted > 0) text.delete(from, unitsAt(text, position + deleted) - from)
      if (inserted !== '') text.insert(from, inserted)
    }
  })
  text.doc?.off('update', take)
  return made
}

/** Traces count code points, Yjs counts UTF-16 units: two for what lies beyond the basic plane. */
function units(text: Y.Text, codePoints: number): number {
  return [...text.toString()].slice(0, codePoints).join('').length
}

function codePoints(text: Y.Text): number {
  return [...text.toString()].length
}

function hasPairs(text: string): boolean {
  return /[\ud800-\udfff]/.test(text)
}
