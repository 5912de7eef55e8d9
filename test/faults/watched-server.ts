/**
 * The server, and beside it somebody who watches its event loop from inside the process. Each SIGUSR2 makes it tidy up
 * and say, in one line of JSON on standard error, what was seen since the last one.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as (options: Readonly<Record<string, string>>) => void

const everyMs = 10
let longestTurnMs = 0
let before = cpuMs()
setInterval(() => {
  const now = cpuMs()
  longestTurnMs = Math.max(longestTurnMs, now - before)
  before = now
}, everyMs).unref()

/** What this thread has worked: what the machine gives to others meanwhile is no stall. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

process.on('SIGUSR2', () => {
  const seen = { watched: true, longestTurnMs, residentMiB: residentMiB() }
  process.stderr.write(`${JSON.stringify(seen)}\n`)
  longestTurnMs = 0
  before = cpuMs()
})

function residentMiB(): number {
  // As when memory runs out: a heap keeps what it has grown to otherwise, used or not.
  for (let times = 0; times < 2; times++) collect({ type: 'major', flavor: 'last-resort', execution: 'sync' })
  return process.memoryUsage().rss / 1024 / 1024
}

await import('@weft/server/main')
