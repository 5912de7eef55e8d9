/**
 * Values under small numbers that are given out, taken back and given out again.
 *
 * Why not a Map: one that is added to and deleted from thousands of times a second makes a new table every few dozen
 * times. Each old table leads to the next, and one that has grown old keeps all that came after it, dead as it is,
 * with everything that hung on it: here, whole edits that should have been gone within a turn.
 */
export class Slots<Value> {
  #values: (Value | undefined)[] = []
  #free: number[] = []

  add(value: Value): number {
    const number = this.#free.pop() ?? this.#values.length
    this.#values[number] = value
    return number
  }

  /** `undefined`: nothing is under that number. */
  take(number: number): Value | undefined {
    const value = this.#values[number]
    if (value === undefined) return undefined
    this.#values[number] = undefined
    this.#free.push(number)
    return value
  }

  takeAll(): readonly Value[] {
    const values = this.#values.filter((value) => value !== undefined)
    this.#values = []
    this.#free = []
    return values
  }
}
