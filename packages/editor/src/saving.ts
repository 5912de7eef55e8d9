/** Runs the save state: feeds it events, tells its timers, guards the page while leaving would lose text. */
import { cell, type Observable } from './observable.ts'
import {
  afterEvent,
  nextChange,
  openSaveModel,
  type SaveEvent,
  type SaveState,
  saveStateOf,
} from './save-state.ts'
import type { Timers } from './timers.ts'

export interface Saving {
  readonly state: Observable<SaveState>
  /** The first so many edits are durable on the server. */
  readonly confirmed: number
  tell(event: SaveEvent): void
  close(): void
}

export function startSaving(timers: Timers): Saving {
  let model = openSaveModel(timers.now())
  const state = cell<SaveState>(saveStateOf(model, timers.now()))
  let cancelWake: (() => void) | null = null

  function show() {
    const now = timers.now()
    state.set(saveStateOf(model, now))
    cancelWake?.()
    const next = nextChange(model, now)
    cancelWake = next === null ? null : timers.after(next - now, show)
  }

  return {
    state,
    get confirmed() {
      return model.receipts.confirmed
    },
    tell(event) {
      model = afterEvent(model, event, timers.now())
      show()
    },
    close: () => cancelWake?.(),
  }
}

/** Asks before the page is left while text would be lost. Returns the function that ends it. */
export function guardLeaving(page: Window, state: Observable<SaveState>): () => void {
  let guarding = false
  // A standing listener would keep the browser from suspending the page.
  const ask = (event: BeforeUnloadEvent) => event.preventDefault()
  const update = () => {
    const now = state.get()
    const needed = (now.state === 'tab' || now.state === 'not-saved') && now.edits > 0
    if (needed === guarding) return
    guarding = needed
    if (needed) page.addEventListener('beforeunload', ask)
    else page.removeEventListener('beforeunload', ask)
  }
  const stop = state.subscribe(update)
  return () => {
    stop()
    page.removeEventListener('beforeunload', ask)
  }
}
