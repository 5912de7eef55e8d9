/** CPU time and memory of another process, as the Linux kernel accounts for them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** CPU time so far, in milliseconds, of each thread and of the process with threads that have ended. */
export interface CpuReading {
  readonly threads: ReadonlyMap<string, number>
  readonly process: number
}

export function readCpu(pid: number): CpuReading {
  const threads = new Map<string, number>()
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [nanoseconds = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')
      threads.set(thread, Number(nanoseconds) / 1e6)
    } catch {
      // It ended between the two reads.
    }
  }
  return { threads, process: processCpuMs(pid) }
}

/** Threads are accounted in nanoseconds, processes in hundredths of a second: those only when a thread has ended. */
export function cpuMsBetween(from: CpuReading, to: CpuReading): number {
  const ended = [...from.threads.keys()].some((thread) => !to.threads.has(thread))
  if (ended) return to.process - from.process
  let sum = 0
  for (const [thread, ms] of to.threads) sum += ms - (from.threads.get(thread) ?? 0)
  return sum
}

export function rssMb(pid: number): number {
  return statusMb(pid, 'VmRSS')
}

/** The most since {@link forgetPeak}. */
export function peakRssMb(pid: number): number {
  return statusMb(pid, 'VmHWM')
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** `D`: the main thread waits for a disk. */
export function mainThreadState(pid: number): string {
  return afterName(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1'))[0] ?? ''
}

/** The cores that servers and generator have to themselves. */
export const cores = { server: 0, generator: 1 } as const

/** How long these two cores were busy so far, with whatever. */
export function busyMs(): number {
  const lines = readFileSync('/proc/stat', 'latin1').split('\n')
  return Object.values<number>(cores).reduce((sum, core) => {
    const line = lines.find((line) => line.startsWith(`cpu${core} `)) ?? ''
    const fields = line.split(' ').slice(1).map(Number)
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields
    return sum + ((user + nice + system + irq + softirq + steal) / ticksPerSecond) * 1_000
  }, 0)
}

const ticksPerSecond = 100

function processCpuMs(pid: number): number {
  const fields = afterName(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000
}

/** The second field is the program's name in brackets and may hold anything. */
function afterName(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function statusMb(pid: number, key: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN) / 1_024
}
