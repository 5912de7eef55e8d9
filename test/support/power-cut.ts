/**
 * What a disk may hold after the power fails: all that was synced, and of the rest a random part, torn into sectors.
 *
 * The writes and syncs of a real server are recorded with strace; any number of cuts is then played on the record.
 * It is a model of what lies below the file system's interface. Of a disk that claims to have synced what it has not,
 * it says nothing.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Random } from './random.ts'
import { straceStorage } from './strace.ts'

const files = ['weft.sqlite', 'weft.sqlite-wal'] as const

export interface Recording {
  /** What was on the disk before. */
  readonly before: ReadonlyMap<string, Uint8Array>
  readonly events: readonly DiskEvent[]
}

/** Times are milliseconds since 1970, fractions included. */
type DiskEvent =
  | ({ readonly type: 'write'; readonly at: number; readonly file: string } & Change)
  | {
      readonly type: 'sync'
      readonly at: number
      readonly file: string
      readonly until: number
      readonly ok: boolean
    }

type Change = { readonly offset: number; readonly bytes: Uint8Array } | { readonly size: number }

export interface Recorder {
  /** Ends with the process, if that has ended. */
  stop(): Promise<Recording>
}

/** Begins a record of a server that is up and to which nobody has spoken yet. `more`: further arguments for strace. */
export async function recordDisk(
  server: { readonly pid: number; readonly folder: string },
  trace: string,
  more: readonly string[] = [],
): Promise<Recorder> {
  const calls = 'trace=pwrite64,pwritev,write,fsync,fdatasync,ftruncate'
  const args = ['-y', '-ttt', '-T', '-xx', '-s', '65536', '-e', calls, '-o', trace, ...more]
  const attached = await straceStorage(server.pid, args)
  const before = new Map<string, Uint8Array>()
  for (const file of files) before.set(file, await readFile(join(server.folder, file)))
  return {
    async stop() {
      await attached.detach()
      return { before, events: readTrace(await readFile(trace, 'latin1')) }
    },
  }
}

/** Puts into `folder` what a cut at that time leaves. */
export async function cutPower(
  { before, events }: Recording,
  at: number,
  dice: Random,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of files) {
    const file = openFile(before.get(name) ?? new Uint8Array(0))
    for (const event of events) {
      if (event.at > at) break
      if (event.file !== name) continue
      if (event.type === 'write') file.unsynced.push(event)
      else if (event.until <= at) settle(file, event.ok ? null : dice)
    }
    settle(file, dice)
    await writeFile(join(folder, name), file.bytes.subarray(0, file.size))
  }
}

interface OpenFile {
  bytes: Buffer
  size: number
  unsynced: Change[]
}

function openFile(bytes: Uint8Array): OpenFile {
  return { bytes: Buffer.from(bytes), size: bytes.length, unsynced: [] }
}

/** With `dice`: as luck has it. A sync that failed may have dropped what it did not write: it never comes again. */
function settle(file: OpenFile, dice: Random | null): void {
  for (const change of file.unsynced.splice(0)) {
    if (dice === null) apply(file, change)
    else if (dice.chance(0.4)) apply(file, change)
    else if (dice.chance(0.5) && 'bytes' in change) for (const part of torn(change, dice)) apply(file, part)
  }
}

const sector = 512

function* torn({ offset, bytes }: Extract<Change, { bytes: Uint8Array }>, dice: Random): Generator<Change> {
  for (let from = 0; from < bytes.length; ) {
    const length = Math.min(bytes.length - from, sector - ((offset + from) % sector))
    if (dice.chance(0.5)) yield { offset: offset + from, bytes: bytes.subarray(from, from + length) }
    from += length
  }
}

function apply(file: OpenFile, change: Change): void {
  const size = 'size' in change ? change.size : Math.max(file.size, change.offset + change.bytes.length)
  if (size > file.bytes.length) {
    const larger = Buffer.alloc(size * 2)
    file.bytes.copy(larger, 0, 0, file.size)
    file.bytes = larger
  }
  if (size < file.size) file.bytes.fill(0, size, file.size)
  file.size = size
  if ('bytes' in change) file.bytes.set(change.bytes, change.offset)
}

const line = /^(\d+\.\d+) (\w+)\(\d+<([^>]*)>(?:, (.*))?\) += (-?\d+)(.*)$/

function readTrace(trace: string): readonly DiskEvent[] {
  return trace.split('\n').flatMap((text): readonly DiskEvent[] => {
    const [, seconds = '', call = '', path = '', args = '', result = '', rest = ''] = line.exec(text) ?? []
    const file = basename(unescaped(path).toString())
    if (!files.some((name) => name === file)) return []
    const at = Number(seconds) * 1_000
    if (call === 'fsync' || call === 'fdatasync') {
      const took = Number(/<(\d+\.\d+)>/.exec(rest)?.[1]) * 1_000
      return [{ type: 'sync', at, file, until: at + took, ok: result === '0' }]
    }
    if (Number(result) < 0) return []
    if (call === 'ftruncate') return [{ type: 'write', at, file, size: Number(args) }]
    const written = /^"((?:\\x[0-9a-f]{2})*)", (\d+), (\d+)$/.exec(args)
    if (call !== 'pwrite64' || written === null || written[2] !== result)
      throw new Error(`cannot read this call: ${text.slice(0, 200)}`)
    return [{ type: 'write', at, file, offset: Number(written[3]), bytes: unescaped(written[1] ?? '') }]
  })
}

function unescaped(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}
