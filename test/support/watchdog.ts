/** Ends what would never end, and says so. */
import { createContext, Script } from 'node:vm'
import { Worker } from 'node:worker_threads'

const context = createContext({ work: () => {} })
const script = new Script('work()')

/** Throws when `work` is not done after so many milliseconds. */
export function watched(work: () => void, ms = 2_000): void {
  context.work = work
  script.runInContext(context, { timeout: ms })
}

export interface Watchdog extends AsyncDisposable {
  /** It goes on, with this one now. */
  goesOn(number: number): void
}

/** What waits in another thread, and cannot be stopped by a loop in this one. */
const waiting = `
  const { writeSync } = require('node:fs')
  const { workerData: { heard, what, ms } } = require('node:worker_threads')
  for (let turn = Atomics.load(heard, 0); ; turn = Atomics.load(heard, 0)) {
    if (Atomics.wait(heard, 0, turn, ms) !== 'timed-out') continue
    writeSync(2, what + ' ' + Atomics.load(heard, 1) + ' does not go on\\n')
    process.kill(process.pid, 'SIGKILL')
  }`

/** Ends this process when it does not hear for so long, and names what it heard of last. Costs nothing each time. */
export function watchdog(what: string, ms = 10_000): Watchdog {
  const heard = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(waiting, { eval: true, workerData: { heard, what, ms } })
  worker.unref()
  return {
    goesOn(number) {
      Atomics.store(heard, 1, number)
      Atomics.add(heard, 0, 1)
      Atomics.notify(heard, 0)
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate()
    },
  }
}
