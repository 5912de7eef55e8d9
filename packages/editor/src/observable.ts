import { equalityDeep } from 'lib0/function'

/** A value and word of its changes; fits React's `useSyncExternalStore`. `get()` is the same object between changes. */
export interface Observable<T> {
  get(): T
  /** Calls `listener` after every change. Returns the function that ends it. */
  subscribe(listener: () => void): () => void
}

/** An observable that its owner sets. Setting an equal value changes nothing and calls nobody. */
export interface Cell<T> extends Observable<T> {
  set(value: T): void
}

export function cell<T>(initial: T): Cell<T> {
  const listeners = new Set<() => void>()
  let current = initial
  return {
    get: () => current,
    set(value) {
      if (equalityDeep(current, value)) return
      current = value
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
