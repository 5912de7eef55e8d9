/**
 * Real updates with a few bytes changed or cut off: is anything let through that Yjs rejects, and how long does one
 * take? Arguments: file of updates, kind of document, how many, seed.
 */
import type { DocumentKind } from '@weft/protocol'
import * as Y from 'yjs'
import { MalformedUpdate, UpdateGap } from '../../../packages/sync/src/errors.ts'
import { scan } from '../../../packages/sync/src/scan.ts'
import { type Random, random } from '../../support/random.ts'
import { readUpdates } from '../data/update-file.ts'

const [file = '', kind, count, seed] = process.argv.slice(2)
const updates = readUpdates(file)
const dice = random(Number(seed))
let accepted = 0
let poisoned = 0
let slowestScan = 0
let slowestYjs = 0

// Yjs prints what it cannot read.
console.error = () => {}
for (let index = 0; index < Number(count); index++) {
  const update = mutated(dice.pick(updates), dice)
  const letThrough = isAccepted(update)
  slowestScan = Math.max(
    slowestScan,
    quickest(() => isAccepted(update), 5),
  )
  const began = performance.now()
  const readable = isReadable(update)
  slowestYjs = Math.max(slowestYjs, performance.now() - began)
  if (!letThrough) continue
  accepted += 1
  if (!readable) poisoned += 1
}
console.log(JSON.stringify({ count: Number(count), accepted, poisoned, slowestScan, slowestYjs }))

function mutated(original: Uint8Array, dice: Random): Uint8Array {
  const update = Uint8Array.from(original)
  for (let changes = 1 + dice.below(3); changes > 0; changes--)
    update[dice.below(update.length)] = dice.below(256)
  return dice.chance(0.2) ? update.slice(0, dice.below(update.length)) : update
}

function isAccepted(update: Uint8Array): boolean {
  try {
    scan(update, kind as DocumentKind)
    return true
  } catch (error) {
    if (error instanceof MalformedUpdate || error instanceof UpdateGap) return false
    throw error
  }
}

function isReadable(update: Uint8Array): boolean {
  try {
    Y.applyUpdate(new Y.Doc(), update)
    return true
  } catch {
    return false
  }
}

/** The best of several times: what the update costs, without what the machine did meanwhile. */
function quickest(task: () => void, times: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let time = 0; time < times; time++) {
    const began = performance.now()
    task()
    best = Math.min(best, performance.now() - began)
  }
  return best
}
