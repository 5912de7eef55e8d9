/**
 * When who types. The schedule is open: it is made before, and a server that falls behind does not slow it down. All
 * clients have the same rate and different phases, spread so that no moment is crowded.
 */
export interface Schedule {
  /** Milliseconds after the start at which edit number `turn` of all is due. */
  dueAt(turn: number): number
  /** Whose it is. */
  clientAt(turn: number): number
}

/** Multiples of it, without their whole part, fill the interval evenly whatever their count. */
const goldenRatio = (Math.sqrt(5) - 1) / 2

export function schedule(clients: number, rate: number): Schedule {
  const periodMs = 1_000 / rate
  const order = Array.from({ length: clients }, (_, client) => ({
    client,
    phase: (client * goldenRatio) % 1,
  })).sort((a, b) => a.phase - b.phase)
  const at = (turn: number) => order[turn % clients] ?? { client: 0, phase: 0 }
  return {
    dueAt: (turn) => (Math.floor(turn / clients) + at(turn).phase) * periodMs,
    clientAt: (turn) => at(turn).client,
  }
}
