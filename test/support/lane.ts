/**
 * How much of a fault test is run: the short lane belongs to every `npm test`, the long one is
 * `pnpm faults --long`. Both run the same code; only the figures differ.
 */
import { appendFileSync } from 'node:fs'

export const isLongLane = process.env.WEFT_FAULTS === 'long'

export function figure({ short, long }: { readonly short: number; readonly long: number }): number {
  return isLongLane ? long : short
}

/** Long lanes take hours where short ones take seconds. */
export function timeLimit(shortMs: number): number {
  return isLongLane ? 24 * 60 * 60 * 1_000 : shortMs
}

/** Says now and then how far a long lane is. */
export function progress(what: string, done: number, of: number): void {
  const step = Math.max(1, Math.floor(of / 20))
  if (isLongLane && done % step === 0) process.stdout.write(`  ${what}: ${done} of ${of}\n`)
}

/** Says what was seen, in one line; and keeps it for the table of `pnpm faults`. */
export function note(what: string, seen: Readonly<Record<string, string | number>>): void {
  const facts = Object.entries(seen).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`  ${what}: ${facts.join(', ')}\n`)
  const file = process.env.WEFT_FAULT_FIGURES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ what, seen })}\n`)
}
