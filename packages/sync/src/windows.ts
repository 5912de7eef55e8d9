/**
 * How long a room gathers before it speaks again. A quiet room speaks at once; a busy one trades a little delay
 * for fewer sends, which is what a large room costs: people × speaking, not people × edits.
 */

/** Between the starts of two turns. 20 ms are reached at 50 people: see docs/decisions/0007-windows.md. */
export function updateWindowMs(people: number): number {
  return people > 300 ? Math.min(50, people / 10) : Math.min(20, people / 2.5)
}

/** Between two presence frames of a room in which nobody writes. The eye needs no more than 20 a second. */
export function presenceWindowMs(people: number): number {
  return Math.min(100, Math.max(updateWindowMs(people) + presenceRideMs, people / 4))
}

/** While a turn is under way, presence waits this long to leave with it in one write; then it goes alone. */
export const presenceRideMs = 15
