/**
 * How long to wait before connection attempt `attempts` + 1: doubling, half of it chance, so that a thousand
 * clients do not come back in the same moment. A restarting server is back soon and said so; one that vanished is
 * asked often for the first minute or two, so that all are there again some seconds after it is.
 */
export function reconnectDelay(attempts: number, restarting: boolean, random: () => number): number {
  if (restarting && attempts === 0) return 200 + random() * 1_300
  const longest = attempts < hopeful ? 6_000 : 15_000 + random() * 15_000
  const delay = Math.min(longest, 500 * 2 ** Math.min(attempts, 10))
  return delay / 2 + (random() * delay) / 2
}

const hopeful = 20

/** Each attempt sends as much as the last one; only somebody who deletes some of it, or the operator, helps. */
export function tooLargeDelay(random: () => number): number {
  return 30_000 + random() * 30_000
}
