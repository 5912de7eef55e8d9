/**
 * How long a room gathers before it speaks again. A quiet room speaks at once; a busy one trades a little delay
 * for fewer sends, which is what a large room costs: people × speaking, not people × edits.
 */

/** Between the starts of two turns. */
export function updateWindowMs(people: number): number {
  return people > 300 ? Math.min(50, people / 10) : Math.min(20, people / 10)
}

/** Between two presence frames. Carets are most of a large room's bytes, and the eye needs 20 a second at most. */
export function presenceWindowMs(people: number): number {
  return Math.min(100, people / 4)
}
