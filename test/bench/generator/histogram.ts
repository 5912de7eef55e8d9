/** Latencies in buckets less than 2 % wide, from 1 µs to a quarter of an hour; adding is a few machine instructions. */
export interface Histogram {
  readonly count: number
  /** Exact. */
  readonly max: number
  add(ms: number): void
  /** `share` of all values are at most this. 0 when there are none. */
  quantile(share: number): number
}

/** Each doubling of the time is divided into so many buckets. */
const steps = 64
const stepBits = 6
const longest = 2 ** 30 - 1

export function histogram(): Histogram {
  const counts = new Uint32Array(bucketOf(longest) + 1)
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
      const bucket = bucketOf(Math.min(longest, Math.max(0, ms * 1_000)) | 0)
      counts[bucket] = (counts[bucket] ?? 0) + 1
      count += 1
      if (ms > max) max = ms
    },
    quantile(share) {
      const wanted = Math.max(1, Math.ceil(share * count))
      let reached = 0
      for (let bucket = 0; bucket < counts.length; bucket++) {
        reached += counts[bucket] ?? 0
        if (reached >= wanted) return Math.min(max, middleOf(bucket) / 1_000)
      }
      return max
    },
  }
}

function bucketOf(micros: number): number {
  if (micros < steps) return micros
  const shift = 31 - Math.clz32(micros) - stepBits
  return (shift + 1) * steps + ((micros >>> shift) & (steps - 1))
}

function middleOf(bucket: number): number {
  if (bucket < steps) return bucket + 0.5
  const shift = Math.floor(bucket / steps) - 1
  return (steps + (bucket % steps) + 0.5) * 2 ** shift
}
