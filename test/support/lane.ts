/**
 * How much of a fault test is run: the short lane belongs to every `npm test`, the long one is
 * `pnpm faults --long`. Both run the same code; only the figures differ.
 */
import { appendFileSync } from 'node:fs'

const isLongLane = process.env.WEFT_FAULTS === 'long'

export function figure({ short, long }: { readonly short: number; readonly long: number }): number {
  return isLongLane ? long : short
}

/** Long lanes take hours where short ones take seconds. */
export function timeLimit(shortMs: number): number {
  return isLongLane ? 24 * 60 * 60 * 1_000 : shortMs
}

/** Says what was seen, in one line; and keeps it for the table of `pnpm faults`. */
export function note(what: string, seen: Readonly<Record<string, string | number>>): void {
  const facts = Object.entries(seen).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`  ${what}: ${facts.join(', ')}\n`)
  const file = process.env.WEFT_FAULT_FIGURES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ what, seen })}\n`)
}
