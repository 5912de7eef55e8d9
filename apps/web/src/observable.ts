import type { Observable } from '@weft/editor'
import { useSyncExternalStore } from 'react'

/** Renders again when the editor says something new. */
export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(
    (listener) => observable.subscribe(listener),
    () => observable.get(),
  )
}
