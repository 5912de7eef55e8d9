/** What SQLite has acknowledged survives the process (kill -9) and the power (fsync before the answer). */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { realTimers } from '@weft/server/clock'
import { openSqlite } from '@weft/server/storage/sqlite'
import { expect, test } from 'vitest'
import { documentId, range, texts } from '../contract/adapter.ts'
import { random, seeds } from '../support/random.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { until } from '../support/until.ts'

const writer = fileURLToPath(new URL('./storage-writer.ts', import.meta.url))
const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

/** Complete lines only: the last one may be cut off by the kill. */
function acknowledged(output: string): readonly { document: string; position: number; text: string }[] {
  return output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [document = '', position = '', text = ''] = line.split(' ')
      return { document, position: Number(position), text }
    })
}

for (const seed of seeds(1)) {
  test(`over 10 kills nothing acknowledged is lost, seed ${seed}`, async () => {
    const { below } = random(seed)
    await using folder = await temporaryFolder()
    const promised = new Map<string, string>()
    for (const _ of range(10)) {
      const child = spawn(process.execPath, [writer, folder.path, '8'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const closed = once(child, 'close')
      let output = ''
      let lines = 0
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
        lines += chunk.split('\n').length - 1
      })
      const enough = 20 + below(400)
      await until(() => lines >= enough || child.exitCode !== null, { withinMs: 60_000 })
      child.kill('SIGKILL')
      await closed
      for (const { document, position, text } of acknowledged(output))
        promised.set(`${document} ${position}`, text)
      expect(lines).toBeGreaterThanOrEqual(enough)

      const storage = await openSqlite({ folder: folder.path, timers: realTimers })
      const found = new Map<string, string>()
      for (const number of range(8)) {
        const id = documentId(`crash-${number}`)
        const slice = await storage.updates.read(id, 0).catch(() => null)
        const stored = texts(slice?.updates ?? []).flatMap((text) => text.split('\n'))
        expect(stored).toHaveLength(slice?.head ?? 0)
        for (const [index, text] of stored.entries()) found.set(`${id} ${index + 1}`, text)
      }
      await storage.close()
      for (const [place, text] of promised) expect(found.get(place), place).toBe(text)
    }
  })
}

test.skipIf(!hasStrace)(
  `every acknowledged append was synced to the disk first${hasStrace ? '' : ' (skipped: it is seen with strace, which is not here or may not trace)'}`,
  async () => {
    await using folder = await temporaryFolder()
    await using traces = await temporaryFolder()
    const trace = join(traces.path, 'trace')
    const options = ['-f', '-y', '-s', '16', '-e', 'trace=write,pwrite64,fsync,fdatasync', '-o', trace]
    const child = spawn('strace', [...options, process.execPath, writer, folder.path, '1', '120'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    await once(child, 'close')
    expect(acknowledged(output)).toHaveLength(120)

    let isSynced = true
    const counts = { answers: 0, syncs: 0, tooEarly: 0 }
    const syncing = new Set<string>()
    for (const line of (await readFile(trace, 'utf8')).split('\n')) {
      const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
      if (/^pwrite64\(\d+<[^>]*-wal>/.test(call)) isSynced = false
      const isSync = /^f(data)?sync\(\d+<[^>]*-wal>/.test(call)
      if (isSync && call.includes('unfinished')) syncing.add(thread)
      else if (isSync || (/^<\.\.\. f(data)?sync resumed/.test(call) && syncing.delete(thread))) {
        isSynced = true
        counts.syncs++
      }
      if (/^write\(1<.*"crash-/.test(call)) {
        counts.answers++
        if (!isSynced) counts.tooEarly++
      }
    }
    expect(counts).toMatchObject({ answers: 120, tooEarly: 0 })
    expect(counts.syncs).toBeGreaterThanOrEqual(120)
  },
)
