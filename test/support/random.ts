/** Seeded random numbers: the same seed makes the same story. The seed belongs in the test's name. */
export interface Random {
  /** 0 ≤ n < 1. */
  next(): number
  /** 0 ≤ n < below, whole. */
  below(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T
}

export function random(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
  }
}

/** How many seeds a fuzz runs: more with `WEFT_FUZZ=10` for ten times as many. */
export function seeds(count: number, from = 1): readonly number[] {
  const factor = Number(process.env.WEFT_FUZZ ?? 1)
  return Array.from({ length: Math.ceil(count * factor) }, (_, index) => from + index)
}
