/** Latencies in buckets 2 % wide, from 1 µs to hours: a quantile is right to 1 %, and adding costs no memory. */
export interface Histogram {
  readonly count: number
  /** Exact. */
  readonly max: number
  add(ms: number): void
  /** `share` of all values are at most this. 0 when there are none. */
  quantile(share: number): number
}

const width = Math.log(1.02)
const buckets = 1_200

export function histogram(): Histogram {
  const counts = new Uint32Array(buckets)
  let count = 0
  let max = 0
  return {
    get count() {
      return count
    },
    get max() {
      return max
    },
    add(ms) {
      const bucket = ms <= 0.001 ? 0 : Math.min(buckets - 1, Math.floor(Math.log(ms * 1_000) / width))
      counts[bucket] = (counts[bucket] ?? 0) + 1
      count += 1
      if (ms > max) max = ms
    },
    quantile(share) {
      if (count === 0) return 0
      const wanted = Math.max(1, Math.ceil(share * count))
      let reached = 0
      for (let bucket = 0; bucket < buckets; bucket++) {
        reached += counts[bucket] ?? 0
        if (reached >= wanted) return Math.min(max, Math.exp(width * (bucket + 0.5)) / 1_000)
      }
      return max
    },
  }
}
