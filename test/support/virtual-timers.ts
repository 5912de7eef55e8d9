import type { Timers } from '@weft/sync'

/** Time that passes only when a test says so. */
export class VirtualTimers implements Timers {
  #now = 1_750_000_000_000
  #count = 0
  readonly #tasks = new Map<number, { readonly due: number; readonly task: () => void }>()

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void): () => void {
    const id = this.#count++
    this.#tasks.set(id, { due: this.#now + ms, task })
    return () => this.#tasks.delete(id)
  }

  /** Somebody sets the clock; what waits goes on waiting as long as before. */
  setClock(byMs: number): void {
    this.#now += byMs
    for (const [id, { due, task }] of this.#tasks) this.#tasks.set(id, { due: due + byMs, task })
  }

  get pending(): number {
    return this.#tasks.size
  }

  /** Goes on to the next task that is due within `horizonMs`, and runs it. False if there is none. */
  step(horizonMs: number): boolean {
    const next = [...this.#tasks].sort(([a, x], [b, y]) => x.due - y.due || a - b)[0]
    if (next === undefined || next[1].due > this.#now + horizonMs) return false
    this.#tasks.delete(next[0])
    this.#now = Math.max(this.#now, next[1].due)
    next[1].task()
    return true
  }

  /** Lets time pass without running anything but what is due, in order. Promises are not waited for. */
  advance(ms: number): void {
    const until = this.#now + ms
    while (this.step(until - this.#now));
    this.#now = until
  }
}
