/**
 * How long the event loop of this thread is held up, beside that of a thread which does nothing: what the machine does
 * to both, because others are busy on it, is nobody's fault.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'

export interface LoopDelay {
  /** Milliseconds that this thread's 99th percentile is above the idle one's. */
  end(): Promise<number>
}

const resolution = 5

const idle = `
  const { monitorEventLoopDelay } = require('node:perf_hooks')
  const { parentPort } = require('node:worker_threads')
  const delay = monitorEventLoopDelay({ resolution: ${resolution} })
  parentPort.on('message', () => {
    delay.disable()
    parentPort.postMessage(delay.percentile(99))
    parentPort.close()
  })
  delay.enable()
  parentPort.postMessage(0)
`

export async function watchLoop(): Promise<LoopDelay> {
  const worker = new Worker(idle, { eval: true })
  await new Promise((resolve) => worker.once('message', resolve))
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  return {
    async end() {
      delay.disable()
      const idlePercentile = await new Promise<number>((resolve) => {
        worker.once('message', resolve)
        worker.postMessage('end')
      })
      return (delay.percentile(99) - idlePercentile) / 1e6
    },
  }
}
